//! Encoding of JavaScript values into messages.

mod buffers;
mod errors;
mod instances;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::vec;

use isolet_wire::{BigInt, Text, ViewKind, Writer};
use rquickjs::function::This;
use rquickjs::{Ctx, Function, Result, Value};

use super::codec::{Class, Codec, Intrinsic};
use super::raw::{self, Keys, Kind};
use super::seen::Seen;
use super::{Instance, Instances, StubHook, refuse};
use buffers::detached;
use errors::Mark;

/// Encodes a value and everything that it reaches.
///
/// # Errors
/// Errors with a `DataCloneError` if something cannot be cloned, or with what a getter threw.
/// The error is the context's pending exception.
pub fn encode<'js>(
    ctx: &Ctx<'js>,
    value: Value<'js>,
    hook: &mut dyn StubHook<'js>,
) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new(ctx, hook);
    encoder.value(value)?;
    encoder.finish()
}

/// Like [`encode`], for what was thrown. Properties of an error other than its name, message
/// and stack are left out if they cannot be cloned.
///
/// # Errors
/// Same as [`encode`], if the value is not an error.
pub fn encode_thrown<'js>(
    ctx: &Ctx<'js>,
    thrown: Value<'js>,
    hook: &mut dyn StubHook<'js>,
) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new(ctx, hook);
    encoder.spares = true;
    encoder.value(thrown)?;
    encoder.finish()
}

/// Encodes values as a new array.
///
/// # Errors
/// Same as [`encode`].
pub fn encode_array<'js>(
    ctx: &Ctx<'js>,
    values: Vec<Value<'js>>,
    hook: &mut dyn StubHook<'js>,
) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new(ctx, hook);
    encoder.writer.begin_array(values.len());
    encoder.seen.first = 1;
    encoder.frames.push(Frame::Elements(values.into_iter()));
    encoder.finish()
}

/// Encodes a new array whose only element is an instance of a class of the platform.
///
/// # Errors
/// Same as [`encode`].
pub fn encode_instance<'js>(
    ctx: &Ctx<'js>,
    instance: Instance<'js>,
    hook: &mut dyn StubHook<'js>,
) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new(ctx, hook);
    encoder.writer.begin_array(1);
    encoder.seen.first = 1;
    encoder.instance(instance, Value::new_undefined(ctx.clone()))?;
    encoder.finish()
}

/// A container that is being written.
enum Frame<'js> {
    /// Own properties.
    Entries { object: usize, keys: Keys<'js>, next: usize, form: Form },
    /// The items of a map or set, as they were when it was met.
    Items(vec::IntoIter<Value<'js>>),
    /// The elements of an array that is not an object. Its count is already written.
    Elements(vec::IntoIter<Value<'js>>),
    /// Entries with known names. The frame below writes their end.
    Fields(vec::IntoIter<(&'static str, Value<'js>)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Values without keys.
    Dense,
    Keyed,
    Error,
}

struct Encoder<'a, 'js> {
    ctx: &'a Ctx<'js>,
    hook: &'a mut dyn StubHook<'js>,
    writer: Writer,
    codec: Option<&'js Codec<'js>>,
    seen: Seen<'js>,
    frames: Vec<Frame<'js>>,
    /// The lengths of the buffers when they were written, by index.
    buffers: BTreeMap<usize, usize>,
    /// The number of capabilities in the message.
    capabilities: u32,
    /// True if a property of an error that cannot be cloned is left out.
    spares: bool,
    /// The marks of the errors that are being written, the innermost last.
    marks: Vec<Mark>,
}

impl<'a, 'js> Encoder<'a, 'js> {
    fn new(ctx: &'a Ctx<'js>, hook: &'a mut dyn StubHook<'js>) -> Self {
        Self {
            ctx,
            hook,
            writer: Writer::new(),
            codec: None,
            seen: Seen::default(),
            frames: Vec::new(),
            buffers: BTreeMap::new(),
            capabilities: 0,
            spares: false,
            marks: Vec::new(),
        }
    }

    fn finish(mut self) -> Result<Vec<u8>> {
        loop {
            match self.step() {
                Ok(true) => {}
                Ok(false) => return Ok(self.writer.finish()),
                Err(error) => self.spare(error)?,
            }
        }
    }

    /// Writes the next value, or an end. Returns true if there may be more.
    fn step(&mut self) -> Result<bool> {
        if self.spares {
            self.mark();
        }
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        let (next, ends) = match frame {
            Frame::Items(items) => (items.next(), true),
            Frame::Elements(items) => (items.next(), false),
            Frame::Fields(entries) => {
                let next = entries.next().map(|(key, value)| {
                    self.writer.string(key);
                    value
                });
                (next, false)
            }
            Frame::Entries { object, keys, next, form } => {
                let object = self.seen.object(*object)?;
                let value = entry(keys, object, next, *form, self.ctx, &mut self.writer)?;
                (value, *form != Form::Dense)
            }
        };
        if let Some(value) = next {
            self.value(value)?;
        } else {
            self.frames.pop();
            if ends {
                self.writer.end();
            }
        }
        Ok(true)
    }

    fn value(&mut self, value: Value<'js>) -> Result<()> {
        match raw::kind(&value) {
            Kind::Undefined => self.writer.undefined(),
            Kind::Null => self.writer.null(),
            Kind::Boolean => self.writer.boolean(value.as_bool().unwrap_or_default()),
            Kind::Int => self.writer.int(value.as_int().unwrap_or_default().into()),
            Kind::Float => self.writer.number(value.as_float().unwrap_or_default()),
            Kind::String => raw::write_string(self.ctx, &value, &mut self.writer)?,
            Kind::BigInt => self.big_int(&value)?,
            Kind::Symbol => return Err(self.refused("Symbol")),
            Kind::Object => return self.object(value),
        }
        Ok(())
    }

    fn big_int(&mut self, value: &Value<'js>) -> Result<()> {
        let codec = self.codec()?;
        let to_string = codec.function(Intrinsic::BigIntToString)?;
        let text: String = to_string.call((This(value.clone()), 16))?;
        let (negative, hex) = match text.strip_prefix('-') {
            Some(hex) => (true, hex),
            None => (false, text.as_str()),
        };
        self.writer.big_int(BigInt { negative, hex });
        Ok(())
    }

    fn object(&mut self, value: Value<'js>) -> Result<()> {
        if let Some(index) = self.seen.find(&value) {
            self.writer.reference(index);
            return Ok(());
        }
        let codec = self.codec()?;
        match codec.class(&value) {
            Class::Object if codec.is_plain(self.ctx, &value)? => {
                let keys = Keys::of(self.ctx, &value)?;
                self.writer.begin_object();
                self.entries(value, keys, Form::Keyed);
            }
            Class::Array => {
                let keys = Keys::of(self.ctx, &value)?;
                let length = raw::array_length(self.ctx, &value)?;
                if keys.are_indices(length) {
                    self.writer.begin_array(length as usize);
                    self.entries(value, keys, Form::Dense);
                } else {
                    self.writer.begin_sparse_array(length);
                    self.entries(value, keys, Form::Keyed);
                }
            }
            Class::Error => self.error(codec, value, false)?,
            Class::DomException => self.error(codec, value, true)?,
            Class::Map => {
                let items = self.items(codec, Intrinsic::MapForEach, &value)?;
                self.seen.add(value);
                self.writer.begin_map();
                self.frames.push(Frame::Items(items));
            }
            Class::Set => {
                let items = self.items(codec, Intrinsic::SetForEach, &value)?;
                self.seen.add(value);
                self.writer.begin_set();
                self.frames.push(Frame::Items(items));
            }
            Class::Date => {
                self.writer.date(codec.ask(Intrinsic::DateGetTime, &value)?);
                self.seen.add(value);
            }
            Class::RegExp => self.reg_exp(codec, value)?,
            Class::Number => self.boxed(codec, Intrinsic::NumberValueOf, value)?,
            Class::String => self.boxed(codec, Intrinsic::StringValueOf, value)?,
            Class::Boolean => self.boxed(codec, Intrinsic::BooleanValueOf, value)?,
            Class::BigInt => self.boxed(codec, Intrinsic::BigIntValueOf, value)?,
            Class::ArrayBuffer | Class::DataView if self.hook.holds_buffer(&value)? => {
                self.capability(value)?;
            }
            Class::ArrayBuffer => {
                let Self { ctx, writer, .. } = self;
                let written = raw::with_buffer(ctx, &value, |bytes| {
                    bytes.map(|bytes| {
                        writer.array_buffer(bytes);
                        bytes.len()
                    })
                });
                let length = written.ok_or_else(|| detached(ctx))?;
                let index = self.seen.add(value);
                self.buffers.insert(index, length);
            }
            Class::DataView => self.view(codec, value, ViewKind::DataView)?,
            class @ (Class::Object | Class::Other) => match raw::view_kind(&value) {
                Some(_) if self.hook.holds_buffer(&value)? => self.capability(value)?,
                Some(kind) => self.view(codec, value, kind)?,
                None if class == Class::Object => self.object_of_class(codec, value)?,
                None => self.capability(value)?,
            },
        }
        Ok(())
    }

    /// Encodes an object that has a class of its own, or no prototype.
    fn object_of_class(&mut self, codec: &Codec<'js>, value: Value<'js>) -> Result<()> {
        // Its other possible treatments, which are looked for first otherwise, cost as much as
        // all the rest of a request.
        if codec.is_interface(&raw::prototype(self.ctx, &value)?)
            && let Some(instance) = self.hook.interface(self.ctx, &value)?
        {
            return self.instance(instance, value);
        }
        let is_plain =
            self.hook.instances() != Instances::Refused && !codec.is_platform(self.ctx, &value)?;
        if !is_plain {
            return self.capability(value);
        }
        let keys = Keys::of(self.ctx, &value)?;
        self.writer.begin_object();
        self.entries(value, keys, Form::Keyed);
        Ok(())
    }

    fn entries(&mut self, value: Value<'js>, keys: Keys<'js>, form: Form) {
        let object = self.seen.add(value);
        self.frames.push(Frame::Entries { object, keys, next: 0, form });
    }

    /// Returns the keys and values of a map, or the values of a set, as they are now.
    fn items(
        &self,
        codec: &Codec<'js>,
        for_each: Intrinsic,
        value: &Value<'js>,
    ) -> Result<vec::IntoIter<Value<'js>>> {
        let items = Rc::new(RefCell::new(Vec::new()));
        let with_keys = matches!(for_each, Intrinsic::MapForEach);
        let collect = {
            let items = Rc::clone(&items);
            Function::new(self.ctx.clone(), move |item: Value<'js>, key: Value<'js>| {
                let mut items = items.borrow_mut();
                if with_keys {
                    items.push(key);
                }
                items.push(item);
            })?
        };
        let () = codec.function(for_each)?.call((This(value.clone()), collect))?;
        Ok(items.take().into_iter())
    }

    fn reg_exp(&mut self, codec: &Codec<'js>, value: Value<'js>) -> Result<()> {
        let source: Value<'js> = codec.ask(Intrinsic::RegExpSource, &value)?;
        let flags = codec.flags(&value)?;
        // Lone surrogates are replaced, because the writer takes them only in strings of UTF-16
        // units.
        let source = raw::lossy(self.ctx, &source)?;
        self.writer.reg_exp(Text::Utf8(&source), Text::Utf8(&flags));
        self.seen.add(value);
        Ok(())
    }

    fn boxed(&mut self, codec: &Codec<'js>, of: Intrinsic, value: Value<'js>) -> Result<()> {
        let primitive: Value<'js> = codec.ask(of, &value)?;
        self.writer.boxed();
        self.seen.add(value);
        self.value(primitive)
    }

    fn capability(&mut self, value: Value<'js>) -> Result<()> {
        if let Some(value) = self.hook.instead(&value)? {
            return self.value(value);
        }
        if let Some(position) = self.hook.capability(self.ctx, &value)? {
            self.writer.capability(position);
            self.capabilities = position.saturating_add(1);
            self.seen.add(value);
            return Ok(());
        }
        let Some(instance) = self.hook.interface(self.ctx, &value)? else {
            let name = class_name(self.ctx, &value);
            return Err(self.refused(&name));
        };
        self.instance(instance, value)
    }

    fn codec(&mut self) -> Result<&'js Codec<'js>> {
        if let Some(codec) = self.codec {
            return Ok(codec);
        }
        let codec = Codec::of(self.ctx)?;
        self.codec = Some(codec);
        Ok(codec)
    }

    fn refused(&self, name: &str) -> rquickjs::Error {
        let message = format!(
            "Could not serialize object of type \"{name}\". This type does not support serialization."
        );
        refuse(self.ctx, &message)
    }
}

/// Writes the key of the next property that still exists, and returns its value.
fn entry<'js>(
    keys: &Keys<'js>,
    object: &Value<'js>,
    next: &mut usize,
    form: Form,
    ctx: &Ctx<'js>,
    writer: &mut Writer,
) -> Result<Option<Value<'js>>> {
    while *next < keys.len() {
        let index = *next;
        *next += 1;
        let value = match keys.get(object, index)? {
            Some(value) => value,
            // The count of a dense array is already written.
            None if form == Form::Dense => Value::new_undefined(ctx.clone()),
            None => continue,
        };
        let written_already = |key: &str| {
            form == Form::Error && matches!(key, "name" | "message" | "stack" | "cause" | "errors")
        };
        if form == Form::Dense || keys.write(index, writer, written_already)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Returns the name of an instance's constructor. A proxy is not asked.
fn class_name<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> String {
    if value.is_function() {
        return "Function".to_owned();
    }
    let Some(object) = value.as_object().filter(|_| !value.is_proxy()) else {
        return "Object".to_owned();
    };
    let constructor = object.get::<_, rquickjs::Object<'js>>("constructor");
    let name =
        constructor.and_then(|constructor| constructor.get::<_, rquickjs::String<'js>>("name"));
    let name = name.and_then(|name| raw::lossy(ctx, name.as_value()));
    match name {
        Ok(name) if !name.is_empty() => name,
        Ok(_) => "Object".to_owned(),
        Err(_) => {
            // A getter's exception must not replace the refusal.
            drop(ctx.catch());
            "Object".to_owned()
        }
    }
}
