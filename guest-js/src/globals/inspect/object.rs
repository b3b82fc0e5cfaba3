//! Objects of every kind.

use std::fmt::Write;

use rquickjs::promise::PromiseState;
use rquickjs::{Array, Object, Promise, Result, Value};

use super::kind::Identity;
use super::layout::{Pieces, lay_out};
use super::{Inspector, MAX_CHAIN, MAX_ITEMS, raw, text};

/// What is known of an object before its entries are printed.
struct Sketch<'js> {
    base: String,
    open: String,
    close: &'static str,
    keys: Vec<Value<'js>>,
    content: Content,
    /// Printed as its base alone if it has no other properties.
    is_whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
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
        let bare = match sketch.content {
            Content::Properties => empty,
            Content::Array(0) | Content::View(0) | Content::Set(0) | Content::Map(0) => empty,
            _ => false,
        };
        if bare {
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
            let text = if identity.constructor.is_some() { format!("[{name}]") } else { name.to_owned() };
            self.left = self.left.saturating_sub(text.len() + 1);
            return Ok(text);
        }

        self.seen.push(object.clone());
        self.innermost = level + 1;
        let entries = self.entries(&object, shown.as_ref().unwrap_or(&object), &sketch, level + 1);
        self.seen.pop();
        let (entries, is_numeric, is_cut) = entries?;

        let mut base = sketch.base;
        self.left = self.left.saturating_sub(base.len());
        if let Some(number) = self.circular.iter().position(|known| *known == object) {
            let reference = format!("<ref *{}>", number + 1);
            base = if base.is_empty() { reference } else { format!("{reference} {base}") };
        }
        let is_list = matches!(sketch.content, Content::Array(_) | Content::View(_));
        let Sketch { open, close, .. } = sketch;
        let pieces = Pieces { base, open, close, entries, is_list, is_numeric, is_cut };
        Ok(lay_out(pieces, self.indentation, self.innermost - (level + 1)))
    }

    /// What a class of the platform wants to be printed in place of itself.
    fn shown(&self, object: &Object<'js>) -> Result<Option<Object<'js>>> {
        let key = self.well_known("inspected")?;
        let Some(method) = self.lookup(object, &key)?.filter(Value::is_function) else {
            return Ok(None);
        };
        let shown: Result<Value<'js>> = self.helper("shown", (method, object.clone()));
        match shown {
            Ok(shown) => Ok(shown.into_object().filter(|shown| !shown.is_proxy())),
            Err(_) => {
                // A prototype, or an object that only inherits from one.
                self.ctx.catch();
                Ok(None)
            }
        }
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

        if object.is_function() {
            let base = self.function(object, &class, identity)?;
            return Ok(whole(base, raw::own_keys(object)?));
        }
        Ok(match &*class {
            "Array" => {
                let size = self.length(object)?;
                list("Array", size, Content::Array(size), self.extra_keys(object, size)?)
            }
            name if name.ends_with("Array") => {
                let size: usize = self.helper("viewLength", (object.clone(),))?;
                list(name, size, Content::View(size), self.extra_keys(object, size)?)
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
            "ArrayBuffer" => {
                let prefix = identity.prefix("ArrayBuffer", None);
                braces(prefix, Content::Buffer, raw::own_keys(object)?)
            }
            "DataView" => {
                let prefix = identity.prefix("DataView", None);
                braces(prefix, Content::DataView, raw::own_keys(object)?)
            }
            "Promise" => {
                let prefix = identity.prefix("Promise", None);
                braces(prefix, Content::Promise, raw::own_keys(object)?)
            }
            "WeakMap" | "WeakSet" => {
                braces(identity.prefix(&class, None), Content::Weak, raw::own_keys(object)?)
            }
            "Arguments" if identity.is_plain("Object") => {
                braces("[Arguments] ".to_owned(), Content::Properties, raw::own_keys(object)?)
            }
            // A module's namespace has no class of its own.
            "Object" if identity.constructor.is_none() && identity.tag.as_deref() == Some("Module") => {
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

    /// Keys of a list that are not positions. Those of a very long list are
    /// not looked for: all its positions would have to be listed first.
    fn extra_keys(&self, object: &Object<'js>, size: usize) -> Result<Vec<Value<'js>>> {
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

    /// The properties of an error that its text does not already hold.
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

    /// The printed entries, whether all are numbers, and whether the last one
    /// counts what was left out.
    fn entries(
        &mut self,
        object: &Object<'js>,
        shown: &Object<'js>,
        sketch: &Sketch<'js>,
        level: usize,
    ) -> Result<(Vec<String>, bool, bool)> {
        let mut entries = Vec::new();
        let (mut numeric, mut cut) = (false, false);
        let outer = self.indentation;
        self.indentation += 2;
        let printed = match sketch.content {
            Content::Properties => Ok(()),
            Content::Array(size) => {
                numeric = true;
                self.array(object, size, level, &mut entries, &mut numeric, &mut cut)
            }
            Content::View(size) => {
                numeric = true;
                self.view(object, size, &mut entries, &mut cut)
            }
            Content::Set(size) => self.set(object, size, level, &mut entries),
            Content::Map(size) => self.map(object, size, level, &mut entries),
            Content::Buffer => {
                buffer(object, &mut entries);
                Ok(())
            }
            Content::DataView => self.data_view(object, level, &mut entries),
            Content::Promise => self.promise(object, level, &mut entries),
            Content::Weak => {
                entries.push("<items unknown>".to_owned());
                Ok(())
            }
        };
        self.indentation = outer;
        printed?;
        for (index, key) in sketch.keys.iter().enumerate() {
            if self.left == 0 {
                let rest = sketch.keys.len() - index;
                entries.push(text::more(rest, "propert").replace("properts", "properties"));
                break;
            }
            entries.push(self.property(shown, key, level)?);
        }
        Ok((entries, numeric && sketch.keys.is_empty(), cut && sketch.keys.is_empty()))
    }

    fn property(&mut self, object: &Object<'js>, key: &Value<'js>, level: usize) -> Result<String> {
        let (enumerable, text) = match raw::own_property(object, key) {
            Ok(Some(property)) => (property.is_enumerable(), self.held(property, level)?),
            Ok(None) => (true, "undefined".to_owned()),
            Err(_) => {
                // A binding of a module that has not been initialized.
                self.ctx.catch();
                (true, "<uninitialized>".to_owned())
            }
        };
        let name = match key.as_string() {
            Some(string) => {
                let name = raw::text(string)?;
                let name = text::cut(&name, super::MAX_STRING).0;
                if enumerable { text::key(name) } else { format!("[{}]", text::escape(name)) }
            }
            None => format!("[{}]", self.symbol(key)?),
        };
        self.left = self.left.saturating_sub(name.len() + 2);
        Ok(format!("{name}: {text}"))
    }

    fn held(&mut self, property: raw::Property<'js>, level: usize) -> Result<String> {
        Ok(match property {
            raw::Property::Data { value, .. } => {
                self.indentation += 2;
                let text = self.value(&value, level);
                self.indentation -= 2;
                text?
            }
            raw::Property::Accessor { getter: true, setter: true, .. } => {
                "[Getter/Setter]".to_owned()
            }
            raw::Property::Accessor { getter: true, .. } => "[Getter]".to_owned(),
            raw::Property::Accessor { setter: true, .. } => "[Setter]".to_owned(),
            raw::Property::Accessor { .. } => "undefined".to_owned(),
        })
    }

    fn array(
        &mut self,
        array: &Object<'js>,
        size: usize,
        level: usize,
        entries: &mut Vec<String>,
        numeric: &mut bool,
        cut: &mut bool,
    ) -> Result<()> {
        // Known once a hole was met: the positions that are taken.
        let mut taken: Option<Vec<usize>> = None;
        let mut index = 0;
        while index < size {
            if entries.len() == MAX_ITEMS || self.left == 0 {
                entries.push(text::more(size - index, "item"));
                *cut = true;
                break;
            }
            #[allow(clippy::cast_precision_loss, reason = "an array is shorter than 2^32")]
            let key = Value::new_number(self.ctx.clone(), index as f64);
            if let Some(property) = raw::own_property(array, &key)? {
                let is_number = matches!(&property, raw::Property::Data { value, .. }
                    if value.is_number() || value.is_big_int());
                *numeric &= is_number;
                self.indentation -= 2;
                let text = self.held(property, level);
                self.indentation += 2;
                entries.push(text?);
                index += 1;
                continue;
            }
            let taken = match &mut taken {
                Some(taken) => taken,
                none => none.insert(positions(array)?),
            };
            let after = taken.partition_point(|position| *position <= index);
            let next = taken.get(after).copied().unwrap_or(size).min(size);
            let holes = next - index;
            entries.push(format!("<{holes} empty item{}>", text::plural(holes)));
            *numeric = false;
            index = next;
        }
        Ok(())
    }

    fn view(
        &mut self,
        view: &Object<'js>,
        size: usize,
        entries: &mut Vec<String>,
        cut: &mut bool,
    ) -> Result<()> {
        for index in 0..size.min(MAX_ITEMS) {
            let key = Value::new_int(self.ctx.clone(), i32::try_from(index).unwrap_or(i32::MAX));
            if let Some(raw::Property::Data { value, .. }) = raw::own_property(view, &key)? {
                entries.push(self.value(&value, 0)?);
            }
        }
        if size > MAX_ITEMS {
            entries.push(text::more(size - MAX_ITEMS, "item"));
            *cut = true;
        }
        Ok(())
    }

    fn set(
        &mut self,
        set: &Object<'js>,
        size: usize,
        level: usize,
        entries: &mut Vec<String>,
    ) -> Result<()> {
        let items: Array<'js> = self.helper("setValues", (set.clone(), MAX_ITEMS))?;
        for item in items.iter::<Value<'js>>() {
            entries.push(self.value(&item?, level)?);
        }
        if size > MAX_ITEMS {
            entries.push(text::more(size - MAX_ITEMS, "item"));
        }
        Ok(())
    }

    fn map(
        &mut self,
        map: &Object<'js>,
        size: usize,
        level: usize,
        entries: &mut Vec<String>,
    ) -> Result<()> {
        let items: Array<'js> = self.helper("mapEntries", (map.clone(), MAX_ITEMS))?;
        for index in 0..items.len() / 2 {
            let key = self.value(&items.get(index * 2)?, level)?;
            let value = self.value(&items.get(index * 2 + 1)?, level)?;
            entries.push(format!("{key} => {value}"));
        }
        if size > MAX_ITEMS {
            entries.push(text::more(size - MAX_ITEMS, "item"));
        }
        Ok(())
    }

    fn data_view(
        &mut self,
        view: &Object<'js>,
        level: usize,
        entries: &mut Vec<String>,
    ) -> Result<()> {
        for name in ["byteLength", "byteOffset", "buffer"] {
            match self.helper::<_, Value<'js>>("dataView", (view.clone(), name)) {
                Ok(value) => {
                    let text = self.value(&value, level)?;
                    entries.push(format!("{name}: {text}"));
                }
                Err(_) => {
                    self.ctx.catch();
                    entries.push(format!("{name}: (detached)"));
                }
            }
        }
        Ok(())
    }

    fn promise(
        &mut self,
        object: &Object<'js>,
        level: usize,
        entries: &mut Vec<String>,
    ) -> Result<()> {
        let Ok(promise) = Promise::from_value(object.clone().into_value()) else { return Ok(()) };
        entries.push(match promise.state() {
            PromiseState::Pending => "<pending>".to_owned(),
            PromiseState::Resolved => self.value(&raw::promise_result(object), level)?,
            PromiseState::Rejected => {
                format!("<rejected> {}", self.value(&raw::promise_result(object), level)?)
            }
        });
        Ok(())
    }
}

/// The positions of a sparse array that are taken, in order.
fn positions(array: &Object<'_>) -> Result<Vec<usize>> {
    let mut positions = Vec::new();
    for key in raw::own_keys(array)? {
        match key.as_string().map(|key| raw::text(key)).transpose()?.map(|key| key.parse()) {
            Some(Ok(position)) => positions.push(position),
            _ => break,
        }
    }
    Ok(positions)
}

fn buffer(buffer: &Object<'_>, entries: &mut Vec<String>) {
    let contents = raw::with_bytes(buffer, |bytes| {
        let mut hex = String::new();
        for (index, byte) in bytes.iter().take(MAX_ITEMS).enumerate() {
            let space = if index == 0 { "" } else { " " };
            let _ = write!(hex, "{space}{byte:02x}");
        }
        if bytes.len() > MAX_ITEMS {
            let _ = write!(hex, " {}", text::more(bytes.len() - MAX_ITEMS, "byte"));
        }
        [format!("[Uint8Contents]: <{hex}>"), format!("byteLength: {}", bytes.len())]
    });
    match contents {
        Some(contents) => entries.extend(contents),
        None => entries.extend(["(detached)".to_owned(), "byteLength: 0".to_owned()]),
    }
}
