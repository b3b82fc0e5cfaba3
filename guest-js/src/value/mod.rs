//! Conversion of JavaScript values to and from messages, as in HTML's structured clone.
//!
//! Both directions are iterative. Neither is affected by what a worker does to the built-in
//! objects: the methods were captured before it ran, and properties are defined, never set.

use rquickjs::{Ctx, Exception, Result, Value};

use isolet_wire::{Interface, Text, Writer};

mod codec;
mod decode;
mod encode;
mod raw;
mod seen;
pub mod stack;
#[cfg(test)]
mod tests;

pub use decode::{decode, decode_array};
pub use encode::{encode, encode_array, encode_instance, encode_thrown};

/// The treatment of an object that is an instance of a class of the worker's own, or has no
/// prototype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instances {
    /// It cannot be cloned.
    Refused,
    /// Its own enumerable properties are encoded as those of a plain object.
    Plain,
    /// Like `Plain`, and errors keep only their name, message, stack and cause, as the standard
    /// says for `structuredClone`.
    Cloned,
}

/// Decides which values are capabilities.
pub trait StubHook<'js> {
    /// Returns the position of the value in the message's list of capabilities. Called once for
    /// each function and each object that is not data. `None` refuses the value with a
    /// `DataCloneError`.
    ///
    /// # Errors
    /// Errors with what is thrown instead.
    fn capability(&mut self, ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Option<u32>>;

    /// Returns the treatment of instances of classes.
    fn instances(&self) -> Instances {
        Instances::Refused
    }

    /// Returns true if a buffer, or a view of one, is a capability and not data.
    ///
    /// # Errors
    /// Errors with what is thrown instead.
    fn holds_buffer(&mut self, _: &Value<'js>) -> Result<bool> {
        Ok(false)
    }

    /// Called when the capabilities from that position on are in no message.
    fn withdraw(&mut self, _: &Ctx<'js>, _: u32) {}

    /// Returns a value to encode in place of a function or an object that is not data. That
    /// value must not be replaced itself.
    ///
    /// # Errors
    /// Errors with what is thrown instead.
    fn instead(&mut self, _: &Value<'js>) -> Result<Option<Value<'js>>> {
        Ok(None)
    }

    /// Returns the class and the data of an object that is not a capability. `None` refuses the
    /// object. The data must be new.
    ///
    /// # Errors
    /// Errors with what is thrown instead.
    fn interface(&mut self, _: &Ctx<'js>, _: &Value<'js>) -> Result<Option<Instance<'js>>> {
        Ok(None)
    }
}

/// An instance of a class of the platform, as a message holds it.
pub struct Instance<'js> {
    pub interface: Interface,
    /// The values in the order of [`fields_of`]. A message leaves out those that are undefined.
    /// The headers to encode may be packed: undefined for none, or a string for a content-type
    /// alone.
    pub fields: Vec<Value<'js>>,
}

/// The name of the field that holds headers.
const HEADERS: &str = "headers";

/// Names and values of headers, as a message holds them.
pub type Pairs<'a> = Vec<(Text<'a>, Text<'a>)>;

/// Returns the names of the fields of an interface.
fn fields_of(interface: Interface) -> &'static [&'static str] {
    match interface {
        Interface::Headers => &[HEADERS],
        Interface::Request => &[
            "url",
            "method",
            HEADERS,
            "body",
            "redirect",
            "signal",
            "cache",
            "credentials",
            "integrity",
            "cf",
        ],
        Interface::Response => {
            &["status", "statusText", HEADERS, "body", "url", "redirected", "cf", "webSocket"]
        }
        Interface::ReadableStream => &["source"],
        Interface::WritableStream => &["sink"],
        Interface::Blob => &["type", "bytes"],
        Interface::AbortSignal => &["reason", "source"],
    }
}

/// Creates values out of capabilities.
pub trait StubSource<'js> {
    /// Returns the value that stands for the capability at a position of the message's list.
    /// Called once for each position.
    ///
    /// # Errors
    /// Errors if there is no such capability.
    fn stub(&mut self, ctx: &Ctx<'js>, position: u32) -> Result<Value<'js>>;

    /// Creates an instance from its fields. The fields that the message does not hold are
    /// undefined, and so is that of the headers, which are `headers`.
    ///
    /// # Errors
    /// Errors if there is no instance with these fields.
    fn instance(
        &mut self,
        ctx: &Ctx<'js>,
        _: Instance<'js>,
        _headers: &Pairs<'_>,
    ) -> Result<Value<'js>> {
        Err(Exception::throw_range(ctx, "a message holds an instance of a class of the platform"))
    }
}

/// Captures the parts of JavaScript that the codec uses. Must run before any code of a worker.
/// Otherwise the codec captures them at its first use.
///
/// # Errors
/// Errors if the heap is full.
pub fn install(ctx: &Ctx<'_>) -> Result<()> {
    codec::Codec::of(ctx).map(drop)
}

/// Moves what every call uses to where the heap ends now.
///
/// # Errors
/// Errors if the heap is full.
pub fn move_to_end(ctx: &Ctx<'_>) -> Result<()> {
    codec::Codec::move_to_end(ctx)
}

/// Sets the prototypes of the platform's classes, whose instances hold more than their
/// properties, and of those classes among them that have an [`Interface`].
///
/// # Errors
/// Errors if the heap is full.
pub fn set_platform<'js>(
    ctx: &Ctx<'js>,
    prototypes: &[Value<'js>],
    interfaces: &[Value<'js>],
) -> Result<()> {
    codec::Codec::of(ctx)?.set_platform(prototypes, interfaces);
    Ok(())
}

/// Returns true if the value is an error of any class.
///
/// # Errors
/// Errors if the heap is full.
pub fn is_error<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<bool> {
    let class = codec::Codec::of(ctx)?.class(value);
    Ok(matches!(class, codec::Class::Error | codec::Class::DomException))
}

/// Defines an own enumerable property. No setter runs.
///
/// # Errors
/// Errors if the heap is full, or if the object takes no more properties.
pub fn define<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
    name: &str,
    value: Value<'js>,
) -> Result<()> {
    raw::define(ctx, object, Text::Utf8(name), value, true)
}

/// Defines the `stack` of an error, which is not enumerable.
///
/// # Errors
/// Errors if the heap is full.
pub fn set_stack<'js>(ctx: &Ctx<'js>, error: &Value<'js>, stack: &str) -> Result<()> {
    let stack = raw::new_string(ctx, Text::Utf8(stack))?;
    raw::define(ctx, error, Text::Utf8("stack"), stack, false)
}

/// Returns the message of the value `undefined`.
#[must_use]
pub fn undefined() -> Vec<u8> {
    let mut writer = Writer::new();
    writer.undefined();
    writer.finish()
}

/// Returns the engine's class id of an object, or 0 for any other value.
pub fn class(value: &Value<'_>) -> u32 {
    raw::class(value)
}

/// Returns the prototype of an object.
///
/// # Errors
/// Errors with what a proxy throws.
pub fn prototype<'js>(object: &rquickjs::Object<'js>) -> Result<Option<rquickjs::Object<'js>>> {
    raw::prototype(object.ctx(), object.as_value()).map(Value::into_object)
}

/// Returns true if `base` is the object or is in its prototype chain.
///
/// # Errors
/// Errors with what a proxy in the chain throws.
pub fn inherits<'js>(object: rquickjs::Object<'js>, base: &rquickjs::Object<'js>) -> Result<bool> {
    let mut next = Some(object);
    while let Some(object) = next {
        if object == *base {
            return Ok(true);
        }
        next = prototype(&object)?;
    }
    Ok(false)
}

/// Returns true if the value's prototype is `Object.prototype`. A proxy is asked for it.
///
/// # Errors
/// Errors with what a proxy throws.
pub fn is_plain<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<bool> {
    codec::Codec::of(ctx)?.is_plain(ctx, value)
}

/// Returns `Object.prototype`.
///
/// # Errors
/// Errors if the heap is full.
pub fn object_prototype<'js>(ctx: &Ctx<'js>) -> Result<rquickjs::Object<'js>> {
    codec::Codec::of(ctx).map(|codec| codec.object_prototype().clone())
}

/// Returns true if the object has an own property of that name.
///
/// # Errors
/// Errors with what a proxy throws.
pub fn has_own<'js>(ctx: &Ctx<'js>, object: &rquickjs::Object<'js>, name: &str) -> Result<bool> {
    raw::has_own(ctx, object.as_value(), name)
}

/// Returns an own property of an object, if it has one of that name.
///
/// # Errors
/// Errors with what a getter or a proxy throws.
pub fn own<'js>(
    ctx: &Ctx<'js>,
    object: &rquickjs::Object<'js>,
    name: &str,
) -> Result<Option<Value<'js>>> {
    raw::own_named(ctx, object.as_value(), name)
}

/// Returns an object's own `Symbol.dispose`, if that is a function.
///
/// # Errors
/// Errors with what a getter or a proxy throws.
pub fn disposer<'js>(ctx: &Ctx<'js>, object: &Value<'js>) -> Result<Option<Value<'js>>> {
    Ok(raw::own_disposer(ctx, object)?.filter(Value::is_function))
}

/// Returns pairs of strings as an array of arrays.
///
/// # Errors
/// Errors if the heap is full.
pub fn pairs<'js>(ctx: &Ctx<'js>, pairs: &Pairs<'_>) -> Result<Value<'js>> {
    let list = raw::new_array(ctx, 0)?;
    for (&(name, value), at) in pairs.iter().zip(0..) {
        let pair = raw::new_array(ctx, 0)?;
        raw::define_item(ctx, &pair, 0, raw::new_string(ctx, name)?)?;
        raw::define_item(ctx, &pair, 1, raw::new_string(ctx, value)?)?;
        raw::define_item(ctx, &list, at, pair)?;
    }
    Ok(list)
}

/// Returns a string of the engine.
///
/// # Errors
/// Errors if the heap is full.
pub fn string<'js>(ctx: &Ctx<'js>, text: Text<'_>) -> Result<Value<'js>> {
    raw::new_string(ctx, text)
}

/// Calls `then` with the text of a string, or with `None` if it has lone surrogates or is no
/// string.
///
/// # Errors
/// Errors if the heap is full.
pub fn with_text<'js, R>(
    ctx: &Ctx<'js>,
    string: &Value<'js>,
    then: impl FnOnce(Option<&str>) -> R,
) -> Result<R> {
    if raw::kind(string) == raw::Kind::String {
        raw::with_utf8(ctx, string, then)
    } else {
        Ok(then(None))
    }
}

/// Gives an object a `Symbol.dispose` that is not enumerable.
///
/// # Errors
/// Errors if the heap is full.
pub fn set_disposer<'js>(ctx: &Ctx<'js>, object: &Value<'js>, dispose: Value<'js>) -> Result<()> {
    raw::define_disposer(ctx, object, dispose)
}

/// Throws a `DataCloneError`.
pub fn refuse(ctx: &Ctx<'_>, message: &str) -> rquickjs::Error {
    Exception::throw_dom(ctx, "DataCloneError", message)
}
