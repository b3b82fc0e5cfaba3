//! Printing of objects of every kind.

use rquickjs::{Object, Result, Value};

use super::entries::Entries;
use super::kind::Identity;
use super::layout::{Pieces, lay_out};
use super::{Inspector, MAX_CHAIN, raw};

/// The parts of a printed object that are known before its entries are printed.
pub(super) struct Sketch<'js> {
    base: String,
    open: String,
    close: &'static str,
    pub(super) keys: Vec<Value<'js>>,
    pub(super) content: Content,
    /// True if only its base is printed when it has no other properties.
    is_whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Properties,
    Array(usize),
    View(usize),
    Set(usize),
    Map(usize),
    Buffer,
    DataView,
    Promise,
    Weak,
}

impl<'js> Inspector<'_, 'js> {
    pub(super) fn object(&mut self, object: &Object<'js>, level: usize) -> Result<String> {
        let mut object = object.clone();
        for _ in 0..MAX_CHAIN {
            if !object.is_proxy() {
                break;
            }
            let Some(target) = raw::proxy_target(&object) else {
                return Ok("<Revoked Proxy>".to_owned());
            };
            object = target;
        }
        if object.is_proxy() {
            return Ok("[Proxy]".to_owned());
        }
        if self.seen.contains(&object) {
            let known = self.circular.iter().position(|known| *known == object);
            let number = known.unwrap_or_else(|| {
                self.circular.push(object.clone());
                self.circular.len() - 1
            });
            return Ok(format!("[Circular *{}]", number + 1));
        }

        let identity = self.identity(&object)?;
        let shown = self.shown(&object)?;
        let sketch = match &shown {
            Some(shown) => Sketch {
                base: String::new(),
                open: format!("{}{{", identity.prefix("Object", None)),
                close: "}",
                keys: raw::own_keys(shown)?,
                content: Content::Properties,
                is_whole: false,
            },
            None => self.sketch(&object, &identity)?,
        };
        let empty = sketch.keys.is_empty();
        let is_bare = match sketch.content {
            Content::Properties
            | Content::Array(0)
            | Content::View(0)
            | Content::Set(0)
            | Content::Map(0) => empty,
            _ => false,
        };
        if is_bare {
            let text = if sketch.is_whole {
                sketch.base
            } else {
                format!("{}{}", sketch.open, sketch.close)
            };
            self.left = self.left.saturating_sub(text.len() + 1);
            return Ok(text);
        }
        if level > self.depth {
            let name = identity.prefix(&raw::class_name(&object), None);
            let name = name.trim_end();
            let text = match identity.constructor {
                Some(_) => format!("[{name}]"),
                None => name.to_owned(),
            };
            self.left = self.left.saturating_sub(text.len() + 1);
            return Ok(text);
        }

        let is_list = matches!(sketch.content, Content::Array(_) | Content::View(_));
        self.seen.push(object.clone());
        self.innermost = level + 1;
        let entries = self.entries(&object, shown.as_ref().unwrap_or(&object), &sketch, level + 1);
        self.seen.pop();
        let Entries { lines, is_numeric, is_cut } = entries?;

        let Sketch { mut base, open, close, .. } = sketch;
        self.left = self.left.saturating_sub(base.len());
        if let Some(number) = self.circular.iter().position(|known| *known == object) {
            let reference = format!("<ref *{}>", number + 1);
            base = if base.is_empty() { reference } else { format!("{reference} {base}") };
        }
        let pieces = Pieces { base, open, close, entries: lines, is_list, is_numeric, is_cut };
        Ok(lay_out(pieces, self.indentation, self.innermost - (level + 1)))
    }

    /// Returns what a class of the platform prints in place of an instance.
    fn shown(&self, object: &Object<'js>) -> Result<Option<Object<'js>>> {
        let key = self.well_known("inspected")?;
        let Some(method) = Self::lookup(object, &key)?.filter(Value::is_function) else {
            return Ok(None);
        };
        let shown: Result<Value<'js>> = self.helper("shown", (method, object.clone()));
        let Ok(shown) = shown else {
            // The object is a prototype, or only inherits from one.
            self.ctx.catch();
            return Ok(None);
        };
        Ok(shown.into_object().filter(|shown| !shown.is_proxy()))
    }

    fn sketch(&self, object: &Object<'js>, identity: &Identity) -> Result<Sketch<'js>> {
        let class = raw::class_name(object);
        let braces = |prefix: String, content, keys| Sketch {
            base: String::new(),
            open: format!("{prefix}{{"),
            close: "}",
            keys,
            content,
            is_whole: false,
        };
        let whole = |base, keys| Sketch {
            base,
            open: "{".to_owned(),
            close: "}",
            keys,
            content: Content::Properties,
            is_whole: true,
        };
        let list = |name: &str, size, content, keys| {
            let prefix = if name == "Array" && identity.is_plain("Array") {
                String::new()
            } else {
                identity.prefix(name, Some(size))
            };
            Sketch {
                base: String::new(),
                open: format!("{prefix}["),
                close: "]",
                keys,
                content,
                is_whole: false,
            }
        };
        let titled = |text: String, kind: &str| {
            if identity.is_plain(kind) { text } else { identity.prefix(kind, None) + &text }
        };

        if object.is_function() && !object.is_promise() {
            let base = self.function(object, &class, identity)?;
            return Ok(whole(base, raw::own_keys(object)?));
        }
        Ok(match &*class {
            "Array" => {
                let size = self.length(object)?;
                list("Array", size, Content::Array(size), Self::extra_keys(object, size)?)
            }
            name if name.ends_with("Array") => {
                let size: usize = self.helper("viewLength", (object.clone(),))?;
                list(name, size, Content::View(size), Self::extra_keys(object, size)?)
            }
            "Set" => {
                let size: usize = self.helper("setSize", (object.clone(),))?;
                let prefix = identity.prefix("Set", Some(size));
                braces(prefix, Content::Set(size), raw::own_keys(object)?)
            }
            "Map" => {
                let size: usize = self.helper("mapSize", (object.clone(),))?;
                let prefix = identity.prefix("Map", Some(size));
                braces(prefix, Content::Map(size), raw::own_keys(object)?)
            }
            "RegExp" => {
                let text: Value<'js> = self.helper("regExpText", (object.clone(),))?;
                whole(titled(raw::text(&text)?, "RegExp"), raw::own_keys(object)?)
            }
            "Date" => {
                let text: Value<'js> = self.helper("dateText", (object.clone(),))?;
                whole(titled(raw::text(&text)?, "Date"), raw::own_keys(object)?)
            }
            "Error" | "DOMException" => {
                let base = self.error(object, &class, identity)?;
                let keys = self.error_keys(object, &base)?;
                whole(base, keys)
            }
            "Number" | "String" | "Boolean" | "Symbol" | "BigInt" => {
                self.boxed(object, &class, identity, whole)?
            }
            "ArrayBuffer" | "DataView" | "Promise" | "WeakMap" | "WeakSet" => {
                let content = match &*class {
                    "ArrayBuffer" => Content::Buffer,
                    "DataView" => Content::DataView,
                    "Promise" => Content::Promise,
                    _ => Content::Weak,
                };
                braces(identity.prefix(&class, None), content, raw::own_keys(object)?)
            }
            "Arguments" if identity.is_plain("Object") => {
                braces("[Arguments] ".to_owned(), Content::Properties, raw::own_keys(object)?)
            }
            // A module namespace has no class of its own.
            "Object"
                if identity.constructor.is_none() && identity.tag.as_deref() == Some("Module") =>
            {
                let prefix = "[Module: null prototype] ".to_owned();
                braces(prefix, Content::Properties, raw::own_keys(object)?)
            }
            "Object" if identity.is_plain("Object") => {
                braces(String::new(), Content::Properties, raw::own_keys(object)?)
            }
            _ => braces(identity.prefix(&class, None), Content::Properties, raw::own_keys(object)?),
        })
    }

    fn boxed(
        &self,
        object: &Object<'js>,
        class: &str,
        identity: &Identity,
        whole: impl Fn(String, Vec<Value<'js>>) -> Sketch<'js>,
    ) -> Result<Sketch<'js>> {
        let value: Value<'js> = self.helper("unboxed", (class, object.clone()))?;
        let mut keys = raw::own_keys(object)?;
        if let Some(string) = value.as_string() {
            let count = raw::text(string)?.encode_utf16().count();
            keys.drain(..count.min(keys.len()));
        }
        let owner = match identity.constructor.as_deref() {
            None => " (null prototype)".to_owned(),
            Some(name) if name != class => format!(" ({name})"),
            Some(_) => String::new(),
        };
        let text = match value.as_string() {
            Some(string) => self.string(&raw::text(string)?),
            None if value.is_symbol() => self.symbol(&value)?,
            None if value.is_big_int() => format!("{}n", raw::text(&value)?),
            None => raw::text(&value)?,
        };
        let tag = identity.tag.as_ref().map(|tag| format!(" [{tag}]")).unwrap_or_default();
        Ok(whole(format!("[{class}{owner}: {text}]{tag}"), keys))
    }

    fn length(&self, array: &Object<'js>) -> Result<usize> {
        let Some(raw::Property::Data { value, .. }) = self.own(array, "length")? else {
            return Ok(0);
        };
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the length of an array is below 2^32"
        )]
        Ok(value.as_number().unwrap_or(0.0) as usize)
    }

    /// Returns the keys of a list that are not positions. Returns none for a very long list,
    /// because all its positions would have to be listed first.
    fn extra_keys(object: &Object<'js>, size: usize) -> Result<Vec<Value<'js>>> {
        if size > 10_000 {
            return Ok(Vec::new());
        }
        let mut keys = raw::own_keys(object)?;
        let mut positions = 0;
        for key in &keys {
            match key.as_string() {
                Some(string) if raw::text(string)?.bytes().all(|byte| byte.is_ascii_digit()) => {
                    positions += 1;
                }
                // Positions come first.
                _ => break,
            }
        }
        keys.drain(..positions);
        Ok(keys)
    }

    /// Returns the properties of an error that its text does not already contain.
    fn error_keys(&self, error: &Object<'js>, printed: &str) -> Result<Vec<Value<'js>>> {
        let mut keys = Vec::new();
        for key in raw::own_keys(error)? {
            if let Some(string) = key.as_string() {
                let name = raw::text(string)?;
                if name == "stack" {
                    continue;
                }
                if (name == "name" || name == "message")
                    && let Some(text) = self.own_text(error, &name)?
                    && printed.contains(&text)
                {
                    continue;
                }
            }
            keys.push(key);
        }
        for hidden in ["cause", "errors"] {
            if let Some(property) = self.own(error, hidden)?
                && !property.is_enumerable()
            {
                keys.push(self.key(hidden)?);
            }
        }
        Ok(keys)
    }
}
