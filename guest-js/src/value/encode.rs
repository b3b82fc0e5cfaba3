//! Encoding of JavaScript values into messages.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::vec;

use isolet_wire::{BigInt, Buffer, Text, View, ViewKind, Writer};
use rquickjs::function::This;
use rquickjs::{Coerced, Ctx, Function, Result, Value};

use super::codec::{Class, Codec, Intrinsic};
use super::raw::{self, Keys, Kind};
use super::seen::Seen;
use super::{HEADERS, Instance, Instances, StubHook, fields_of, refuse, stack};

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

/// The state at the beginning of a property of an error.
struct Mark {
    frames: usize,
    writer: isolet_wire::Mark,
    seen: usize,
    capabilities: u32,
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

    /// Records where the next property of an error begins.
    fn mark(&mut self) {
        let is_error =
            |frame: &Frame<'js>| matches!(frame, Frame::Entries { form: Form::Error, .. });
        let in_error = match self.frames.as_slice() {
            [.., below, Frame::Fields(_)] => is_error(below),
            [.., frame] => is_error(frame),
            [] => false,
        };
        let frames = self.frames.len();
        while self
            .marks
            .pop_if(|mark| mark.frames > frames || in_error && mark.frames == frames)
            .is_some()
        {}
        if in_error {
            let (writer, seen) = (self.writer.mark(), self.seen.objects.len());
            self.marks.push(Mark { frames, writer, seen, capabilities: self.capabilities });
        }
    }

    /// Goes back to before the property of the innermost error that failed.
    fn spare(&mut self, error: rquickjs::Error) -> Result<()> {
        let Some(mark) = self.marks.pop() else { return Err(error) };
        drop(self.ctx.catch());
        self.frames.truncate(mark.frames);
        self.writer.rewind(mark.writer);
        self.seen.truncate(mark.seen);
        drop(self.buffers.split_off(&(self.seen.first + mark.seen)));
        self.hook.withdraw(self.ctx, mark.capabilities);
        self.capabilities = mark.capabilities;
        Ok(())
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

    /// Reads a part of an error. `None` if reading throws and errors are spared.
    fn read<T>(&self, read: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
        match read() {
            Err(_) if self.spares => {
                drop(self.ctx.catch());
                Ok(None)
            }
            read => read,
        }
    }

    fn error(&mut self, codec: &Codec<'js>, value: Value<'js>, dom: bool) -> Result<()> {
        let ctx = self.ctx;
        let object = value.as_object().ok_or(rquickjs::Error::Unknown)?;
        let text = |value: Option<Value<'js>>| match value {
            Some(value) if value.is_undefined() => Ok(None),
            Some(value) => value.get::<Coerced<rquickjs::String<'js>>>().map(|text| Some(text.0)),
            None => Ok(None),
        };
        let name = self.read(|| text(Some(object.get("name")?)))?;
        let message = self.read(|| match dom {
            true => text(Some(object.get("message")?)),
            false => text(raw::own_named(ctx, &value, "message")?),
        })?;
        let own = self.read(|| raw::own_named(ctx, &value, "stack"))?;
        let is_own = own.is_some();
        let stack = match own {
            // The engine keeps it behind an accessor of the prototype.
            None => self.read(|| codec.ask(Intrinsic::ErrorStack, &value).map(Some))?,
            own => own,
        };
        let stack = stack.filter(|stack| raw::kind(stack) == Kind::String);
        let cloned = self.hook.instances() == Instances::Cloned;
        let mut hidden = Vec::new();
        for key in ["cause", "errors"] {
            if cloned && (dom || key == "errors") {
                continue;
            }
            if let Some(own) = self.read(|| raw::own_named(ctx, &value, key))? {
                hidden.push((key, own));
            }
        }
        let keys = if cloned { Keys::none(ctx) } else { Keys::of(ctx, &value)? };
        // Lone surrogates in the text of an error are replaced, because they are not worth a
        // separate path.
        let lossy = |text: Option<rquickjs::String<'js>>, absent: &str| match text {
            Some(text) => raw::lossy(ctx, text.as_value()),
            None => Ok(absent.to_owned()),
        };
        let (mut name, message) = (lossy(name, "Error")?, lossy(message, "")?);
        if cloned && !dom && !Codec::is_cloned_error(&name) {
            "Error".clone_into(&mut name);
        }
        let stack = stack.map(|stack| raw::lossy(ctx, &stack)).transpose()?;
        let frames = stack.as_deref().map(|text| match is_own {
            true => stack::below_header(text, &name, &message),
            false => stack::frames(text, &name, &message),
        });
        let stack = frames.map(Text::Utf8);
        let (name, message) = (Text::Utf8(&name), Text::Utf8(&message));
        match dom {
            true => self.writer.begin_dom_exception(name, message, stack),
            false => self.writer.begin_error(name, message, stack),
        }
        self.entries(value, keys, Form::Error);
        // They come before the enumerable properties.
        self.frames.push(Frame::Fields(hidden.into_iter()));
        Ok(())
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

    fn view(&mut self, codec: &Codec<'js>, value: Value<'js>, kind: ViewKind) -> Result<()> {
        let [buffer, byte_offset, length] = match kind {
            ViewKind::DataView => [
                Intrinsic::DataViewBuffer,
                Intrinsic::DataViewByteOffset,
                Intrinsic::DataViewByteLength,
            ],
            _ => [Intrinsic::ViewBuffer, Intrinsic::ViewByteOffset, Intrinsic::ViewLength],
        };
        let buffer: Value<'js> = codec.ask(buffer, &value)?;
        if codec.class(&buffer) != Class::ArrayBuffer {
            return Err(self.refused("SharedArrayBuffer"));
        }
        if raw::with_buffer(self.ctx, &buffer, |bytes| bytes.is_none()) {
            return Err(detached(self.ctx));
        }
        // If the buffer has shrunk below them, the getters of a typed array return 0 and those
        // of a data view throw.
        let byte_offset = codec.ask::<f64>(byte_offset, &value)?;
        let length = codec.ask::<f64>(length, &value)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths")]
        let (byte_offset, length) = (byte_offset as usize, length as usize);
        self.seen.add(value);
        let seen = self.seen.find(&buffer);
        let end = length.saturating_mul(kind.element_size()).saturating_add(byte_offset);
        if seen.and_then(|index| self.buffers.get(&index)).is_some_and(|&written| written < end) {
            return Err(refuse(self.ctx, "An ArrayBuffer grew while it was cloned."));
        }
        let Self { ctx, writer, .. } = self;
        let written = raw::with_buffer(ctx, &buffer, |bytes| {
            let bytes = bytes.unwrap_or_default();
            let buffer = seen.map_or(Buffer::Inline(bytes), Buffer::Ref);
            writer.view(View { kind, buffer, byte_offset, length });
            bytes.len()
        });
        if seen.is_none() {
            let index = self.seen.add(buffer);
            self.buffers.insert(index, written);
        }
        Ok(())
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

    fn instance(
        &mut self,
        Instance { interface, fields }: Instance<'js>,
        value: Value<'js>,
    ) -> Result<()> {
        self.writer.begin_interface(interface);
        self.seen.add(value);
        let mut rest = fields_of(interface).iter().copied().zip(fields);
        // Most fields are no objects and need no frame.
        let object = loop {
            let Some((name, field)) = rest.next() else {
                self.writer.end();
                return Ok(());
            };
            if field.is_undefined() && name != HEADERS {
                continue;
            }
            self.writer.string(name);
            if name == HEADERS && self.packed_headers(&field)? {
                continue;
            }
            if raw::kind(&field) == Kind::Object {
                break field;
            }
            self.value(field)?;
        };
        // The end of the instance, which is written after its fields.
        self.frames.push(Frame::Items(Vec::new().into_iter()));
        let given: Vec<_> = rest.filter(|(_, field)| !field.is_undefined()).collect();
        self.frames.push(Frame::Fields(given.into_iter()));
        self.value(object)
    }

    /// Writes headers that are packed: undefined for none, or a string for a content-type alone.
    /// Returns false for any others.
    fn packed_headers(&mut self, headers: &Value<'js>) -> Result<bool> {
        match raw::kind(headers) {
            Kind::Undefined => self.list(0),
            Kind::String => {
                self.list(1);
                self.list(2);
                self.writer.string("content-type");
                raw::write_string(self.ctx, headers, &mut self.writer)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Begins an array that is no object here, and that nothing refers to.
    fn list(&mut self, count: usize) {
        self.writer.begin_array(count);
        self.seen.add(Value::new_undefined(self.ctx.clone()));
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

fn detached(ctx: &Ctx<'_>) -> rquickjs::Error {
    refuse(ctx, "An ArrayBuffer is detached and could not be cloned.")
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
