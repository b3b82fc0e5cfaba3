//! JavaScript values to and from messages, as the HTML structured clone has it.
//!
//! Both ways are iterative, and neither is confused by what a worker does to
//! the built-in objects: methods were captured before it ran, and properties
//! are defined, never set.

use rquickjs::{Ctx, Exception, Result, Value};

use isolet_wire::{Interface, Writer};

mod codec;
mod decode;
mod encode;
mod raw;
mod seen;
pub mod stack;
#[cfg(test)]
mod tests;

pub use decode::{decode, decode_array};
pub use encode::{encode, encode_array, encode_thrown};

/// What becomes of an object that is an instance of a class of the worker's own, or has
/// no prototype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instances {
    /// It does not cross.
    Refused,
    /// Its own enumerable properties cross as those of a plain object.
    Plain,
    /// As `Plain`, and errors are nothing but their name, message, stack and cause: what
    /// the standard has `structuredClone` do.
    Cloned,
}

/// Says which values are capabilities.
pub trait StubHook<'js> {
    /// The position that the value takes in the message's list of
    /// capabilities. Asked once for each function and each object that is not
    /// data; none refuses it with a `DataCloneError`.
    ///
    /// # Errors
    /// Whatever shall be thrown instead.
    fn capability(&mut self, ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Option<u32>>;

    /// What becomes of instances of classes.
    fn instances(&self) -> Instances {
        Instances::Refused
    }

    /// The capabilities from that position on are in no message.
    fn withdraw(&mut self, _: &Ctx<'js>, _: u32) {}

    /// Another value that crosses in place of a function or an object that is not
    /// data; it must not have one in its own place.
    ///
    /// # Errors
    /// Whatever shall be thrown instead.
    fn instead(&mut self, _: &Value<'js>) -> Result<Option<Value<'js>>> {
        Ok(None)
    }

    /// The class and the data of an object that is no capability; none refuses
    /// it. The data must be new.
    ///
    /// # Errors
    /// Whatever shall be thrown instead.
    fn interface(&mut self, _: &Ctx<'js>, _: &Value<'js>) -> Result<Option<Instance<'js>>> {
        Ok(None)
    }
}

/// An instance of a class of the platform's, as a message holds it.
pub struct Instance<'js> {
    pub interface: Interface,
    pub fields: Vec<(&'static str, Value<'js>)>,
}

/// Makes values out of capabilities.
pub trait StubSource<'js> {
    /// What stands for the capability at a position of the message's list.
    /// Asked once for each position.
    ///
    /// # Errors
    /// If there is no such capability.
    fn stub(&mut self, ctx: &Ctx<'js>, position: u32) -> Result<Value<'js>>;

    /// The instance that a plain object holds the data of.
    ///
    /// # Errors
    /// Data of which there is no instance.
    fn instance(&mut self, _: &Ctx<'js>, _: Interface, data: Value<'js>) -> Result<Value<'js>> {
        Ok(data)
    }
}

/// Captures what the codec uses of JavaScript. Must run before any code of a
/// worker, else the codec captures at its first use.
///
/// # Errors
/// Only if memory runs out.
pub fn install(ctx: &Ctx<'_>) -> Result<()> {
    codec::Codec::of(ctx).map(drop)
}

/// Notes the prototypes of the classes that are the platform's, whose instances hold more
/// than their properties.
///
/// # Errors
/// Memory.
pub fn set_platform<'js>(ctx: &Ctx<'js>, prototypes: &[Value<'js>]) -> Result<()> {
    codec::Codec::of(ctx)?.set_platform(prototypes);
    Ok(())
}

/// Whether it is an error, of any class.
///
/// # Errors
/// Memory.
pub fn is_error<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<bool> {
    let class = codec::Codec::of(ctx)?.class(value);
    Ok(matches!(class, codec::Class::Error | codec::Class::DomException))
}

/// Defines an own enumerable property; no setter runs.
///
/// # Errors
/// Memory, or an object that takes no more properties.
pub fn define<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
    name: &str,
    value: Value<'js>,
) -> Result<()> {
    raw::define(ctx, object, isolet_wire::Text::Utf8(name), value, true)
}

/// Defines the `stack` of an error, which is not enumerable.
///
/// # Errors
/// Memory.
pub fn set_stack<'js>(ctx: &Ctx<'js>, error: &Value<'js>, stack: &str) -> Result<()> {
    use isolet_wire::Text;
    let stack = raw::new_string(ctx, Text::Utf8(stack))?;
    raw::define(ctx, error, Text::Utf8("stack"), stack, false)
}

/// The message `undefined`.
#[must_use]
pub fn undefined() -> Vec<u8> {
    let mut writer = Writer::new();
    writer.undefined();
    writer.finish()
}

/// The engine's number for the class of an object; 0 for what is none.
pub fn class(value: &Value<'_>) -> u32 {
    raw::class(value)
}

/// The prototype of an object.
///
/// # Errors
/// What a proxy throws.
pub fn prototype<'js>(object: &rquickjs::Object<'js>) -> Result<Option<rquickjs::Object<'js>>> {
    raw::prototype(object.ctx(), object.as_value()).map(Value::into_object)
}

/// Whether it is an object without a class, by way of a proxy or not.
///
/// # Errors
/// What a proxy throws.
pub fn is_plain<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<bool> {
    codec::Codec::of(ctx)?.is_plain(ctx, value)
}

/// `Object.prototype`
///
/// # Errors
/// Memory.
pub fn object_prototype<'js>(ctx: &Ctx<'js>) -> Result<rquickjs::Object<'js>> {
    codec::Codec::of(ctx).map(|codec| codec.object_prototype().clone())
}

/// Whether an object has a property of its own of that name.
///
/// # Errors
/// What a proxy throws.
pub fn has_own<'js>(ctx: &Ctx<'js>, object: &rquickjs::Object<'js>, name: &str) -> Result<bool> {
    raw::has_own(ctx, object.as_value(), name)
}

/// A property of an object's own, if it has one of that name.
///
/// # Errors
/// What a getter or a proxy throws.
pub fn own<'js>(
    ctx: &Ctx<'js>,
    object: &rquickjs::Object<'js>,
    name: &str,
) -> Result<Option<Value<'js>>> {
    raw::own_named(ctx, object.as_value(), name)
}

/// An object's own `Symbol.dispose`, if that is a function.
///
/// # Errors
/// What a getter or a proxy throws.
pub fn disposer<'js>(ctx: &Ctx<'js>, object: &Value<'js>) -> Result<Option<Value<'js>>> {
    Ok(raw::own_disposer(ctx, object)?.filter(Value::is_function))
}

/// Gives an object a `Symbol.dispose` that nobody sees who does not ask for it.
///
/// # Errors
/// Memory.
pub fn set_disposer<'js>(ctx: &Ctx<'js>, object: &Value<'js>, dispose: Value<'js>) -> Result<()> {
    raw::define_disposer(ctx, object, dispose)
}

/// Throws a `DataCloneError`.
pub fn refuse(ctx: &Ctx<'_>, message: &str) -> rquickjs::Error {
    Exception::throw_dom(ctx, "DataCloneError", message)
}
