//! Decoding of messages into JavaScript values.

use std::collections::BTreeMap;

use isolet_wire::{BigInt, Buffer, Event, Problem, Text, Token, View, ViewKind, Walker, WireError};
use rquickjs::function::This;
use rquickjs::{Ctx, Exception, Result, Value};

use super::codec::{Codec, Intrinsic, New};
use super::stack::with_header;
use super::{HEADERS, Instance, Pairs, StubSource, fields_of, raw};

/// Creates the value that a message holds. All its objects are new.
///
/// # Errors
/// Errors with a `RangeError` if the bytes are not a message, or with what `hook` threw. The
/// error is the context's pending exception.
pub fn decode<'js>(
    ctx: &Ctx<'js>,
    bytes: &[u8],
    hook: &mut dyn StubSource<'js>,
) -> Result<Value<'js>> {
    let mut decoder = Decoder::new(ctx, hook);
    decoder.run(bytes)?;
    decoder.result.ok_or(rquickjs::Error::Unknown)
}

/// Like [`decode`], but returns the elements of an array instead of the array.
///
/// # Errors
/// Same as [`decode`]. Also errors with a `RangeError` if the message is anything else, such as
/// an array with holes, or if something within the array refers to the array.
pub fn decode_array<'js>(
    ctx: &Ctx<'js>,
    bytes: &[u8],
    hook: &mut dyn StubSource<'js>,
) -> Result<Vec<Value<'js>>> {
    let mut decoder = Decoder::new(ctx, hook);
    decoder.elements = Some(Vec::new());
    decoder.run(bytes)?;
    match (decoder.result, decoder.elements) {
        (None, Some(elements)) => Ok(elements),
        _ => Err(Exception::throw_range(ctx, "arguments are an array without holes")),
    }
}

/// A container that is being filled.
struct Frame<'a, 'js> {
    object: Value<'js>,
    place: Place<'a, 'js>,
}

/// The place of the next value.
enum Place<'a, 'js> {
    /// The elements that the caller asked for.
    Elements,
    Index(u32),
    Property(Option<Text<'a>>),
    /// A property of an error. The flag is true for an aggregate error.
    Error(Option<Text<'a>>, bool),
    Map(Option<Value<'js>>),
    Set,
    /// The primitive of the wrapper object with that index.
    Boxed(usize),
    /// The fields of the instance with that index, and the position of the next one. A message
    /// may name a field that the class does not have.
    Instance {
        instance: Instance<'js>,
        headers: Pairs<'a>,
        index: usize,
        field: Option<usize>,
    },
    /// The headers of the instance below.
    Headers,
    /// A header of the headers below, with its name once that is known.
    Header(Option<Text<'a>>),
}

struct Decoder<'a, 'b, 'js> {
    ctx: &'b Ctx<'js>,
    hook: &'b mut dyn StubSource<'js>,
    codec: Option<&'js Codec<'js>>,
    /// The objects by index. `None` while a wrapper object waits for its primitive, or an
    /// instance for its data.
    objects: Vec<Option<Value<'js>>>,
    stubs: BTreeMap<u32, Value<'js>>,
    frames: Vec<Frame<'a, 'js>>,
    result: Option<Value<'js>>,
    /// The elements of the array that the message is, if the caller asked for them.
    elements: Option<Vec<Value<'js>>>,
}

impl<'a, 'b, 'js> Decoder<'a, 'b, 'js> {
    fn new(ctx: &'b Ctx<'js>, hook: &'b mut dyn StubSource<'js>) -> Self {
        Self {
            ctx,
            hook,
            codec: None,
            objects: Vec::new(),
            stubs: BTreeMap::new(),
            frames: Vec::new(),
            result: None,
            elements: None,
        }
    }

    fn run(&mut self, bytes: &'a [u8]) -> Result<()> {
        let mut walker = Walker::new(bytes).map_err(|error| malformed(self.ctx, error))?;
        while let Some(event) = walker.event().map_err(|error| malformed(self.ctx, error))? {
            self.event(event, &walker)?;
        }
        if walker.position() < bytes.len() {
            let error = WireError { problem: Problem::Trailing, offset: walker.position() };
            return Err(malformed(self.ctx, error));
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'a>, walker: &Walker<'a>) -> Result<()> {
        match event {
            Event::Key(next) => {
                match self.frames.last_mut().map(|frame| &mut frame.place) {
                    Some(Place::Property(key) | Place::Error(key, _)) => *key = Some(next),
                    Some(Place::Instance { instance, field, .. }) => {
                        let names = fields_of(instance.interface);
                        *field = names.iter().position(|name| next.as_str() == Some(name));
                    }
                    _ => {}
                }
                Ok(())
            }
            Event::End => match self.frames.pop().map(|frame| frame.place) {
                Some(Place::Instance { instance, headers, index, .. }) => {
                    let instance = self.hook.instance(self.ctx, instance, &headers)?;
                    self.late(index, instance)
                }
                _ => Ok(()),
            },
            Event::Value(token) if self.is_in_headers() => self.in_headers(token, walker),
            Event::Value(Token::Interface(interface)) => {
                let undefined = Value::new_undefined(self.ctx.clone());
                let fields = vec![undefined.clone(); fields_of(interface).len()];
                let instance = Instance { interface, fields };
                let (headers, index) = (Vec::new(), self.objects.len());
                let place = Place::Instance { instance, headers, index, field: None };
                self.objects.push(None);
                self.frames.push(Frame { object: undefined, place });
                Ok(())
            }
            Event::Value(Token::Boxed) => {
                let place = Place::Boxed(self.objects.len());
                self.objects.push(None);
                let object = Value::new_undefined(self.ctx.clone());
                self.frames.push(Frame { object, place });
                Ok(())
            }
            Event::Value(Token::Array(_)) if self.elements.is_some() && self.objects.is_empty() => {
                self.objects.push(None);
                let object = Value::new_undefined(self.ctx.clone());
                self.frames.push(Frame { object, place: Place::Elements });
                Ok(())
            }
            Event::Value(token) => {
                let value = self.value(token, walker)?;
                if let Some(&Frame { place: Place::Boxed(index), .. }) = self.frames.last() {
                    self.frames.pop();
                    return self.boxed(index, value);
                }
                self.put(value.clone())?;
                self.begin(token, value);
                Ok(())
            }
        }
    }

    /// Returns true if the next value belongs to headers, of which nothing is made here.
    fn is_in_headers(&self) -> bool {
        match self.frames.last().map(|frame| &frame.place) {
            Some(Place::Instance { instance, field: Some(field), .. }) => {
                fields_of(instance.interface).get(*field) == Some(&HEADERS)
            }
            Some(Place::Headers | Place::Header(_)) => true,
            _ => false,
        }
    }

    fn in_headers(&mut self, token: Token<'a>, walker: &Walker<'a>) -> Result<()> {
        let place = match (self.frames.last_mut().map(|frame| &mut frame.place), token) {
            (Some(Place::Instance { field, .. }), Token::Array(_)) => {
                *field = None;
                Place::Headers
            }
            (Some(Place::Instance { field, .. }), Token::Undefined | Token::Null) => {
                *field = None;
                return Ok(());
            }
            (Some(Place::Headers), Token::Array(2)) => Place::Header(None),
            (Some(Place::Header(name @ None)), Token::String(text)) => {
                *name = Some(text);
                return Ok(());
            }
            (Some(Place::Header(Some(name))), Token::String(value)) => {
                let pair = (*name, value);
                return self.header(pair, walker);
            }
            _ => return Err(bad(self.ctx, walker, Problem::Tag)),
        };
        self.objects.push(None);
        let object = Value::new_undefined(self.ctx.clone());
        self.frames.push(Frame { object, place });
        Ok(())
    }

    /// Adds a header to the instance whose headers are being read.
    fn header(&mut self, pair: (Text<'a>, Text<'a>), walker: &Walker<'a>) -> Result<()> {
        match self.frames.as_mut_slice() {
            [.., Frame { place: Place::Instance { headers, .. }, .. }, _, _] => {
                headers.push(pair);
                Ok(())
            }
            _ => Err(bad(self.ctx, walker, Problem::Tag)),
        }
    }

    /// Creates a value, or an empty container.
    fn value(&mut self, token: Token<'a>, walker: &Walker<'a>) -> Result<Value<'js>> {
        let ctx = self.ctx;
        let value = match token {
            Token::Undefined | Token::End | Token::Boxed => Value::new_undefined(ctx.clone()),
            Token::Null => Value::new_null(ctx.clone()),
            Token::Boolean(value) => Value::new_bool(ctx.clone(), value),
            Token::Int(value) => match i32::try_from(value) {
                Ok(value) => Value::new_int(ctx.clone(), value),
                #[allow(clippy::cast_precision_loss, reason = "the format keeps it exact")]
                Err(_) => Value::new_float(ctx.clone(), value as f64),
            },
            Token::Float(value) => Value::new_float(ctx.clone(), value),
            Token::String(text) => raw::new_string(ctx, text)?,
            Token::BigInt(value) => self.big_int(value)?,
            Token::Ref(index) => self.object(index, walker)?,
            Token::Object | Token::Interface(_) => raw::new_object(ctx)?,
            Token::Array(_) => raw::new_array(ctx, 0)?,
            Token::SparseArray(length) => raw::new_array(ctx, length)?,
            Token::Map => self.codec()?.constructor(New::Map)?.construct(())?,
            Token::Set => self.codec()?.constructor(New::Set)?.construct(())?,
            Token::Error { name, message, stack, dom: true } => {
                self.dom_exception(name, message, stack)?
            }
            Token::Error { name, message, stack, .. } => self.error(name, message, stack)?,
            Token::Date(milliseconds) => raw::new_date(ctx, milliseconds)?,
            Token::RegExp { source, flags } => {
                let (source, flags) = (raw::new_string(ctx, source)?, raw::new_string(ctx, flags)?);
                self.codec()?.constructor(New::RegExp)?.construct((source, flags))?
            }
            Token::ArrayBuffer(bytes) => raw::new_buffer(ctx, bytes)?,
            Token::View(view) => return self.view(view, walker),
            Token::Capability(position) => self.capability(position)?,
        };
        if token.objects() > 0 {
            self.objects.push(Some(value.clone()));
        }
        Ok(value)
    }

    /// Starts to fill a container.
    fn begin(&mut self, token: Token<'a>, object: Value<'js>) {
        let place = match token {
            Token::Array(_) => Place::Index(0),
            Token::SparseArray(_) | Token::Object => Place::Property(None),
            Token::Error { name, .. } => Place::Error(None, name == Text::Utf8("AggregateError")),
            Token::Map => Place::Map(None),
            Token::Set => Place::Set,
            _ => return,
        };
        self.frames.push(Frame { object, place });
    }

    /// Puts a value where it belongs.
    fn put(&mut self, value: Value<'js>) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else {
            self.result = Some(value);
            return Ok(());
        };
        match &mut frame.place {
            Place::Elements => {
                self.elements.get_or_insert_default().push(value);
                Ok(())
            }
            Place::Index(index) => {
                let at = *index;
                *index = at.saturating_add(1);
                raw::define_item(self.ctx, &frame.object, at, value)
            }
            Place::Property(key) => match key.take() {
                Some(key) => raw::define(self.ctx, &frame.object, key, value, true),
                None => Ok(()),
            },
            Place::Instance { instance, field, .. } => {
                if let Some(slot) = field.take().and_then(|at| instance.fields.get_mut(at)) {
                    *slot = value;
                }
                Ok(())
            }
            Place::Error(key, aggregate) => match key.take() {
                Some(key) => {
                    let hidden = match key.as_str() {
                        Some("cause") => true,
                        Some("errors") => *aggregate,
                        _ => false,
                    };
                    raw::define(self.ctx, &frame.object, key, value, !hidden)
                }
                None => Ok(()),
            },
            Place::Map(key) => match key.take() {
                None => {
                    *key = Some(value);
                    Ok(())
                }
                Some(key) => {
                    let map = frame.object.clone();
                    self.codec()?.function(Intrinsic::MapSet)?.call((This(map), key, value))
                }
            },
            Place::Set => {
                let set = frame.object.clone();
                self.codec()?.function(Intrinsic::SetAdd)?.call((This(set), value))
            }
            // No value is put into headers.
            Place::Boxed(_) | Place::Headers | Place::Header(_) => Ok(()),
        }
    }

    fn boxed(&mut self, index: usize, primitive: Value<'js>) -> Result<()> {
        let object: Value<'js> = self.codec()?.function(Intrinsic::Object)?.call((primitive,))?;
        self.late(index, object)
    }

    /// Places an object that could only be created now.
    fn late(&mut self, index: usize, object: Value<'js>) -> Result<()> {
        if let Some(slot) = self.objects.get_mut(index) {
            *slot = Some(object.clone());
        }
        self.put(object)
    }

    fn big_int(&mut self, value: BigInt<'_>) -> Result<Value<'js>> {
        let codec = self.codec()?;
        let magnitude: Value<'js> =
            codec.function(Intrinsic::BigInt)?.call((format!("0x{}", value.hex),))?;
        if value.negative {
            return codec.function(Intrinsic::Negate)?.call((magnitude,));
        }
        Ok(magnitude)
    }

    fn error(
        &mut self,
        name: Text<'a>,
        message: Text<'a>,
        stack: Option<Text<'a>>,
    ) -> Result<Value<'js>> {
        let ctx = self.ctx;
        let codec = self.codec()?;
        let (prototype, known) = codec.error_prototype(name.as_str().unwrap_or_default())?;
        let error = raw::new_error(ctx, codec.error_class, prototype)?;
        let define = |key: &'static str, text: Text<'_>| {
            raw::define(ctx, &error, Text::Utf8(key), raw::new_string(ctx, text)?, false)
        };
        if message != Text::Utf8("") {
            define("message", message)?;
        }
        let whole = whole_stack(name, message, stack);
        if let Some(stack) = whole.as_deref().map(Text::Utf8).or(stack) {
            define("stack", stack)?;
        }
        if !known {
            define("name", name)?;
        }
        Ok(error)
    }

    fn dom_exception(
        &mut self,
        name: Text<'a>,
        message: Text<'a>,
        stack: Option<Text<'a>>,
    ) -> Result<Value<'js>> {
        let ctx = self.ctx;
        let whole = whole_stack(name, message, stack);
        let (name, message) = (raw::new_string(ctx, name)?, raw::new_string(ctx, message)?);
        let codec = self.codec()?;
        let exception: Value<'js> =
            codec.constructor(New::DomException)?.construct((message, name))?;
        // Replaces the stack of this construction.
        let stack = whole.as_deref().map(Text::Utf8).or(stack).unwrap_or(Text::Utf8(""));
        let stack = raw::new_string(ctx, stack)?;
        raw::define(ctx, &exception, Text::Utf8("stack"), stack, false)?;
        Ok(exception)
    }

    fn view(&mut self, view: View<'a>, walker: &Walker<'a>) -> Result<Value<'js>> {
        let ctx = self.ctx;
        let index = self.objects.len();
        self.objects.push(None);
        let buffer = match view.buffer {
            Buffer::Inline(bytes) => {
                let buffer = raw::new_buffer(ctx, bytes)?;
                self.objects.push(Some(buffer.clone()));
                buffer
            }
            Buffer::Ref(buffer) => self.object(buffer, walker)?,
        };
        let codec = self.codec()?;
        if codec.class(&buffer) != super::codec::Class::ArrayBuffer {
            return Err(bad(ctx, walker, Problem::Reference));
        }
        let value = if view.kind == ViewKind::DataView {
            #[allow(clippy::cast_precision_loss, reason = "a buffer is shorter than 2^53 bytes")]
            let (byte_offset, length) = (view.byte_offset as f64, view.length as f64);
            codec.constructor(New::DataView)?.construct((buffer, byte_offset, length))?
        } else {
            raw::new_view(ctx, view.kind, &buffer, view.byte_offset, view.length)?
        };
        if let Some(slot) = self.objects.get_mut(index) {
            *slot = Some(value.clone());
        }
        Ok(value)
    }

    fn capability(&mut self, position: u32) -> Result<Value<'js>> {
        if let Some(stub) = self.stubs.get(&position) {
            return Ok(stub.clone());
        }
        let stub = self.hook.stub(self.ctx, position)?;
        self.stubs.insert(position, stub.clone());
        Ok(stub)
    }

    fn object(&self, index: usize, walker: &Walker<'a>) -> Result<Value<'js>> {
        let object = self.objects.get(index).and_then(Option::as_ref);
        object.cloned().ok_or_else(|| bad(self.ctx, walker, Problem::Reference))
    }

    fn codec(&mut self) -> Result<&'js Codec<'js>> {
        if let Some(codec) = self.codec {
            return Ok(codec);
        }
        let codec = Codec::of(self.ctx)?;
        self.codec = Some(codec);
        Ok(codec)
    }
}

/// Adds a header to a stack that a message holds without one.
fn whole_stack(name: Text<'_>, message: Text<'_>, stack: Option<Text<'_>>) -> Option<String> {
    with_header(stack?.as_str()?, name.as_str()?, message.as_str()?)
}

fn bad(ctx: &Ctx<'_>, walker: &Walker<'_>, problem: Problem) -> rquickjs::Error {
    malformed(ctx, WireError { problem, offset: walker.event_start() })
}

fn malformed(ctx: &Ctx<'_>, error: WireError) -> rquickjs::Error {
    Exception::throw_range(ctx, &error.to_string())
}
