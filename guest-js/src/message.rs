//! A JavaScript value and the message that carries it.

use rquickjs::{Class, Ctx, Value};

use crate::Message;
use crate::state::State;
use crate::stub::Stub;
use crate::value::{self, StubHook, StubSource};

#[derive(Default)]
struct Outgoing {
    capabilities: Vec<u32>,
}

impl<'js> StubHook<'js> for Outgoing {
    fn capability(&mut self, _: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<Option<u32>> {
        let Some(stub) = Class::<Stub>::from_value(value).ok() else { return Ok(None) };
        let position = u32::try_from(self.capabilities.len()).unwrap_or(u32::MAX);
        self.capabilities.push(stub.borrow().capability);
        Ok(Some(position))
    }
}

struct Incoming<'a> {
    capabilities: &'a [u32],
}

impl<'js> StubSource<'js> for Incoming<'_> {
    fn stub(&mut self, ctx: &Ctx<'js>, position: u32) -> rquickjs::Result<Value<'js>> {
        let Some(&capability) = self.capabilities.get(position as usize) else {
            return Err(rquickjs::Exception::throw_range(
                ctx,
                "a message names no such capability",
            ));
        };
        Ok(Class::instance(ctx.clone(), Stub { capability })?.into_value())
    }
}

/// # Errors
/// A `DataCloneError`, or whatever a getter throws.
pub fn encode<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Message> {
    let mut outgoing = Outgoing::default();
    let data = value::encode(ctx, value, &mut outgoing)?;
    Ok(Message { data, capabilities: outgoing.capabilities })
}

pub fn decode<'js>(ctx: &Ctx<'js>, _: &State, message: &Message) -> rquickjs::Result<Value<'js>> {
    value::decode(ctx, &message.data, &mut Incoming { capabilities: &message.capabilities })
}

/// What was thrown, however hostile: if it cannot be cloned, an error that
/// says so.
pub fn of_thrown<'js>(ctx: &Ctx<'js>, thrown: Value<'js>) -> Message {
    encode(ctx, thrown.clone()).unwrap_or_else(|_| {
        let _ = ctx.catch();
        let text = format!("a thrown {} that cannot be cloned", thrown.type_name());
        let plain = rquickjs::Exception::from_message(ctx.clone(), &text)
            .and_then(|exception| encode(ctx, exception.into_object().into_value()));
        plain.unwrap_or_else(|_| {
            let _ = ctx.catch();
            Message { data: value::undefined(), capabilities: Vec::new() }
        })
    })
}
