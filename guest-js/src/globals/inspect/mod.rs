//! Printing of values as text, for the console and for uncaught exceptions.
//!
//! The format is that of Node's `util.inspect`. Printing runs no code of the worker: getters
//! are named and not called, proxies are looked through without their traps, and the methods of
//! the engine that it calls were captured before a worker could replace them.

mod entries;
mod error;
mod function;
mod kind;
mod layout;
mod object;
pub mod text;

use rquickjs::function::IntoArgs;
use rquickjs::{Ctx, FromJs, Function, Object, Result, Symbol, Value};

use super::raw;

/// The number of levels below the outermost object that are printed.
pub const DEPTH: usize = 2;
/// The maximum number of levels, because each takes a piece of the native stack.
const MAX_DEPTH: usize = 32;
/// The maximum number of items of a list that are printed.
const MAX_ITEMS: usize = 100;
/// The maximum number of characters of a string inside an object that are printed.
const MAX_STRING: usize = 10_000;
/// The maximum size of one printed value in bytes, give or take the indentation.
const MAX_OUTPUT: usize = 1 << 16;
/// The maximum number of prototypes that are looked at, and of proxies that are looked through.
const MAX_CHAIN: usize = 64;

pub struct Inspector<'a, 'js> {
    ctx: &'a Ctx<'js>,
    /// The functions that `inspect.js` captured.
    helpers: &'a Object<'js>,
    depth: usize,
    /// The objects around the one that is being printed.
    seen: Vec<Object<'js>>,
    /// The objects among `seen` that were met again, in the order of their numbers.
    circular: Vec<Object<'js>>,
    indentation: usize,
    /// The level of the object that was printed last.
    innermost: usize,
    /// The number of bytes that may still be printed.
    left: usize,
}

impl<'a, 'js> Inspector<'a, 'js> {
    pub fn new(ctx: &'a Ctx<'js>, helpers: &'a Object<'js>, depth: usize) -> Self {
        Self {
            ctx,
            helpers,
            depth: depth.min(MAX_DEPTH),
            seen: Vec::new(),
            circular: Vec::new(),
            indentation: 0,
            innermost: 0,
            left: MAX_OUTPUT,
        }
    }

    /// Returns the value as text, whatever it is.
    pub fn inspect(&mut self, value: &Value<'js>) -> String {
        self.value(value, 0).unwrap_or_else(|_| {
            self.ctx.catch();
            "[cannot be inspected]".to_owned()
        })
    }

    fn value(&mut self, value: &Value<'js>, level: usize) -> Result<String> {
        if self.left == 0 {
            return Ok("...".to_owned());
        }
        let text = match value.as_object() {
            Some(object) => self.object(object, level)?,
            None => self.primitive(value)?,
        };
        if !value.is_object() {
            self.left = self.left.saturating_sub(text.len() + 1);
        }
        Ok(text)
    }

    fn primitive(&mut self, value: &Value<'js>) -> Result<String> {
        if value.is_string() {
            return Ok(self.string(&raw::text(value)?));
        }
        if value.is_symbol() {
            return self.symbol(value);
        }
        if value.is_big_int() {
            return Ok(format!("{}n", raw::text(value)?));
        }
        match value.as_number() {
            Some(number) if number == 0.0 && number.is_sign_negative() => Ok("-0".to_owned()),
            _ => raw::text(value),
        }
    }

    /// Formats a string inside an object. A long string breaks at its own line breaks.
    fn string(&self, text: &str) -> String {
        let (shown, rest) = text::cut(text, MAX_STRING);
        let mut quoted = if text.len() > 16 && text::width(shown) + self.indentation + 4 > 80 {
            let lines: Vec<String> = shown.split_inclusive('\n').map(text::quote).collect();
            lines.join(&format!(" +\n{}", " ".repeat(self.indentation + 2)))
        } else {
            text::quote(shown)
        };
        if rest > 0 {
            quoted.push_str(&text::more(rest, "character"));
        }
        quoted
    }

    fn symbol(&self, symbol: &Value<'js>) -> Result<String> {
        let text: Value<'js> = self.helper("symbolText", (symbol.clone(),))?;
        let text = raw::text(&text)?;
        Ok(text::escape(text::cut(&text, MAX_STRING).0))
    }

    fn helper<A, R>(&self, name: &str, arguments: A) -> Result<R>
    where
        A: IntoArgs<'js>,
        R: FromJs<'js>,
    {
        self.helpers.get::<_, Function<'js>>(name)?.call(arguments)
    }

    /// Returns a property that holds a plain value, of the object or of one of its prototypes.
    fn lookup(object: &Object<'js>, key: &Value<'js>) -> Result<Option<Value<'js>>> {
        let mut next = Some(object.clone());
        for _ in 0..MAX_CHAIN {
            let Some(holder) = next.filter(|holder| !holder.is_proxy()) else { break };
            match raw::own_property(&holder, key)? {
                Some(raw::Property::Data { value, .. }) => return Ok(Some(value)),
                Some(raw::Property::Accessor { .. }) => break,
                None => next = holder.get_prototype(),
            }
        }
        Ok(None)
    }

    fn own(&self, object: &Object<'js>, name: &str) -> Result<Option<raw::Property<'js>>> {
        raw::own_property(object, &self.key(name)?)
    }

    /// Returns an own property that holds a string.
    fn own_text(&self, object: &Object<'js>, name: &str) -> Result<Option<String>> {
        match self.own(object, name)? {
            Some(raw::Property::Data { value, .. }) if value.is_string() => {
                raw::text(&value).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn key(&self, name: &str) -> Result<Value<'js>> {
        rquickjs::String::from_str(self.ctx.clone(), name).map(rquickjs::String::into_value)
    }

    fn well_known(&self, name: &str) -> Result<Value<'js>> {
        self.helpers.get::<_, Symbol<'js>>(name).map(Symbol::into_value)
    }
}
