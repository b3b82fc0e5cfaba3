//! The entries between the braces of an object.

use std::fmt::Write;

use rquickjs::promise::PromiseState;
use rquickjs::{Array, Object, Result, Value};

use super::object::{Content, Sketch};
use super::{Inspector, MAX_ITEMS, MAX_STRING, raw, text};
use crate::promise;

/// The printed entries of one object.
#[derive(Default)]
pub(super) struct Entries {
    pub lines: Vec<String>,
    /// True if all of them are numbers.
    pub is_numeric: bool,
    /// True if the last one says how many are left out.
    pub is_cut: bool,
}

impl<'js> Inspector<'_, 'js> {
    pub(super) fn entries(
        &mut self,
        object: &Object<'js>,
        shown: &Object<'js>,
        sketch: &Sketch<'js>,
        level: usize,
    ) -> Result<Entries> {
        let mut entries = Entries::default();
        let outer = self.indentation;
        self.indentation += 2;
        let printed = match sketch.content {
            Content::Properties => Ok(()),
            Content::Array(size) => self.array(object, size, level, &mut entries),
            Content::View(size) => self.view(object, size, &mut entries),
            Content::Set(size) => self.set(object, size, level, &mut entries.lines),
            Content::Map(size) => self.map(object, size, level, &mut entries.lines),
            Content::Buffer => {
                buffer(object, &mut entries.lines);
                Ok(())
            }
            Content::DataView => self.data_view(object, level, &mut entries.lines),
            Content::Promise => self.promise(object, level, &mut entries.lines),
            Content::Weak => {
                entries.lines.push("<items unknown>".to_owned());
                Ok(())
            }
        };
        self.indentation = outer;
        printed?;
        for (index, key) in sketch.keys.iter().enumerate() {
            if self.left == 0 {
                let rest = sketch.keys.len() - index;
                let what = if rest == 1 { "property" } else { "properties" };
                entries.lines.push(format!("... {rest} more {what}"));
                break;
            }
            entries.lines.push(self.property(shown, key, level)?);
        }
        if !sketch.keys.is_empty() {
            entries.is_numeric = false;
            entries.is_cut = false;
        }
        Ok(entries)
    }

    fn property(&mut self, object: &Object<'js>, key: &Value<'js>, level: usize) -> Result<String> {
        let (enumerable, text) = match raw::own_property(object, key) {
            Ok(Some(property)) => (property.is_enumerable(), self.held(property, level)?),
            Ok(None) => (true, "undefined".to_owned()),
            Err(_) => {
                // An uninitialized binding of a module.
                self.ctx.catch();
                (true, "<uninitialized>".to_owned())
            }
        };
        let name = match key.as_string() {
            Some(string) => {
                let name = raw::text(string)?;
                let name = text::cut(&name, MAX_STRING).0;
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
        entries: &mut Entries,
    ) -> Result<()> {
        entries.is_numeric = true;
        // The occupied positions, once a hole was met.
        let mut taken: Option<Vec<usize>> = None;
        let mut index = 0;
        while index < size {
            if entries.lines.len() == MAX_ITEMS || self.left == 0 {
                entries.lines.push(text::more(size - index, "item"));
                entries.is_cut = true;
                break;
            }
            #[allow(clippy::cast_precision_loss, reason = "an array is shorter than 2^32")]
            let key = Value::new_number(self.ctx.clone(), index as f64);
            if let Some(property) = raw::own_property(array, &key)? {
                let is_number = matches!(&property, raw::Property::Data { value, .. }
                    if value.is_number() || value.is_big_int());
                entries.is_numeric &= is_number;
                self.indentation -= 2;
                let text = self.held(property, level);
                self.indentation += 2;
                entries.lines.push(text?);
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
            entries.lines.push(format!("<{holes} empty item{}>", text::plural(holes)));
            entries.is_numeric = false;
            index = next;
        }
        Ok(())
    }

    fn view(&mut self, view: &Object<'js>, size: usize, entries: &mut Entries) -> Result<()> {
        entries.is_numeric = true;
        for index in 0..size.min(MAX_ITEMS) {
            let key = Value::new_int(self.ctx.clone(), i32::try_from(index).unwrap_or(i32::MAX));
            if let Some(raw::Property::Data { value, .. }) = raw::own_property(view, &key)? {
                entries.lines.push(self.value(&value, 0)?);
            }
        }
        if size > MAX_ITEMS {
            entries.lines.push(text::more(size - MAX_ITEMS, "item"));
            entries.is_cut = true;
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
            let held: Result<Value<'js>> = self.helper("dataView", (view.clone(), name));
            if let Ok(value) = held {
                let text = self.value(&value, level)?;
                entries.push(format!("{name}: {text}"));
            } else {
                self.ctx.catch();
                entries.push(format!("{name}: (detached)"));
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
        let Some(promise) = promise::of(object.as_value()) else { return Ok(()) };
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

/// Returns the occupied positions of a sparse array, in order.
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
