//! A capability as an ordinary value of Rust.

use std::fmt;
use std::future::ready;
use std::sync::Arc;

use isolet_wire::{Attachment, Value};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Result;
use crate::error::thrown::Thrown;
use crate::limits::lineage::Lineage;
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Breaking, Call, Calling, Capability, arguments_of};
use crate::rpc::mailbox::StubHold;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::Target;

/// Something that can be called: a capability of the host's, an object, a
/// function or an entrypoint of a worker.
///
/// It can be called, kept, cloned, put into a worker's `env`, and be anywhere in
/// the arguments and results of calls (`Stub` in a serde type). What it stands
/// for in a worker is let go when the last clone, in Rust and in other workers,
/// is gone; until then the stub keeps that worker's sandbox alive.
///
/// A promise that a worker hands on before it has come is a stub here too. It can be
/// called and passed on; only another worker can await what it comes to.
#[derive(Clone)]
pub struct Stub {
    target: Target,
    hold: Option<StubHold>,
}

impl Stub {
    /// A stub of an object of the host's.
    pub fn new(capability: impl Capability) -> Self {
        Self::to(Target::Capability(Arc::new(capability)))
    }

    pub(crate) fn to(target: Target) -> Self {
        let hold = match &target {
            Target::Remote(remote) => remote.hold(),
            _ => None,
        };
        Self { target, hold }
    }

    /// As what lives as long as that sandbox may keep it: what is in the sandbox,
    /// or above it, must not be kept alive by it.
    pub(crate) fn held_by(&self, holder: &Lineage) -> Self {
        self.otherwise_held_by(holder).unwrap_or_else(|| self.clone())
    }

    /// None if it is the same stub.
    fn otherwise_held_by(&self, holder: &Lineage) -> Option<Self> {
        match &self.target {
            Target::Remote(remote) if remote.outlives(holder) => Some(self.without_hold()),
            _ => None,
        }
    }

    /// As it leaves the sandbox that holds it.
    pub(crate) fn travelling(self) -> Self {
        match &self.target {
            Target::HeldRight(held) => Self::to(Target::Right(held.right())),
            _ => self,
        }
    }

    /// A value whose stubs are as [`Self::held_by`] makes them.
    pub(crate) fn value_held_by(value: Value, holder: &Lineage) -> Value {
        if value.capabilities().is_empty() {
            return value;
        }
        value.map_capabilities(|attachment| {
            let stub = attachment.downcast_ref::<Self>();
            match stub.and_then(|stub| stub.otherwise_held_by(holder)) {
                Some(stub) => stub.to_attachment(),
                None => Arc::clone(attachment),
            }
        })
    }

    /// One that does not keep its sandbox alive.
    pub(crate) fn without_hold(&self) -> Self {
        Self { target: self.target.clone(), hold: None }
    }

    /// The `props` of the entrypoint that it is.
    pub(crate) fn props(&self) -> Option<Value> {
        match &self.target {
            Target::Remote(remote) => remote.props(),
            Target::Worker(callee) => callee.props(),
            _ => None,
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Calls a method and converts what it returns. `arguments` is a tuple.
    ///
    /// # Errors
    /// What was thrown, the limit that a worker reached, or that the value does
    /// not fit `R`.
    pub fn call<R: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        arguments: impl Serialize,
    ) -> Calling<Result<R>> {
        let value = self.call_value(method, arguments);
        Box::pin(async move { Ok(value.await?.to()?) })
    }

    /// As [`Stub::call`], without converting the value.
    pub fn call_value(&self, method: &str, arguments: impl Serialize) -> Calling<Result<Value>> {
        self.answer(arguments_of(&arguments).map(|arguments| Call::method(method, arguments)))
    }

    /// Calls a function.
    ///
    /// # Errors
    /// As [`Stub::call`].
    pub fn call_function<R: DeserializeOwned + Send + 'static>(
        &self,
        arguments: impl Serialize,
    ) -> Calling<Result<R>> {
        let value = self.answer(arguments_of(&arguments).map(Call::function));
        Box::pin(async move { Ok(value.await?.to()?) })
    }

    /// Reads a property.
    ///
    /// # Errors
    /// As [`Stub::call`].
    pub fn get<R: DeserializeOwned + Send + 'static>(&self, property: &str) -> Calling<Result<R>> {
        let value = self.answer(Ok(Call::property(property)));
        Box::pin(async move { Ok(value.await?.to()?) })
    }

    fn answer(&self, call: Result<Call>) -> Calling<Result<Value>> {
        match call {
            // Sent now and not when the future is first polled, so that calls
            // arrive in the order in which they were made.
            Ok(call) => {
                let answer = self.request(call);
                Box::pin(async move { answer.await.map_err(Thrown::into_error) })
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    pub(crate) fn request(&self, call: Call) -> Answer {
        match &self.target {
            Target::Capability(capability) => Arc::clone(capability).request(call),
            Target::Worker(callee) => Arc::clone(callee).request(call),
            Target::Remote(remote) => remote.request(call),
            Target::Promised(promised) => promised.request(call),
            Target::Right(right) => failed(Thrown::type_error(right.refusal())),
            Target::HeldRight(held) => Arc::clone(held).request(call),
        }
    }

    /// Ends when the sandbox that it leads to is stopped, or what it was to become
    /// has failed, and says by what; or with none, when `holder` will never hear of
    /// that. Whoever waits keeps neither the object nor its sandbox.
    pub(crate) fn broken(&self, holder: &Lineage) -> Breaking {
        match &self.target {
            Target::Remote(remote) => {
                // Those who are in the sandbox, or below it, end with it.
                let watching = (!remote.outlives(holder)).then(|| remote.watch()).flatten();
                Box::pin(async move { watching?.await.ok().map(Thrown::from_error) })
            }
            Target::Promised(promised) => {
                let (promised, holder) = (Arc::clone(promised), holder.clone());
                Box::pin(async move {
                    let stub = match promised.stub().await {
                        Ok(stub) => stub?,
                        Err(thrown) => return Some(thrown),
                    };
                    drop(promised);
                    let broken = stub.broken(&holder);
                    drop(stub);
                    broken.await
                })
            }
            Target::Worker(callee) => callee.broken(),
            Target::Capability(_) | Target::Right(_) | Target::HeldRight(_) => {
                Box::pin(ready(None))
            }
        }
    }

    pub(crate) fn to_attachment(&self) -> Attachment {
        Arc::new(self.clone())
    }

    /// None if it was not this crate that put it there.
    pub(crate) fn from_attachment(attachment: &Attachment) -> Option<Self> {
        attachment.downcast_ref::<Self>().cloned()
    }

    /// Names to a survey what a capability holds that a message carries.
    pub(crate) fn visit_attachment(attachment: &Attachment, visitor: &mut Visitor<'_>) {
        if let Some(stub) = attachment.downcast_ref::<Self>() {
            stub.visit(visitor);
        }
    }

    /// A message that is this stub.
    pub fn to_value(&self) -> Value {
        Value::from_capability(self.to_attachment())
    }
}

impl Holds for Stub {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(hold) = &self.hold {
            hold.shared().visit(visitor);
        }
        match &self.target {
            // What the host has in it no survey knows.
            Target::Capability(_) | Target::Right(_) => {}
            Target::Worker(callee) => visitor.shared_any(Arc::clone(callee) as _),
            Target::Remote(remote) => visitor.shared(remote),
            Target::Promised(promised) => visitor.shared(promised),
            Target::HeldRight(held) => visitor.shared_any(Arc::clone(held) as _),
        }
    }
}

impl From<Arc<dyn Capability>> for Stub {
    fn from(capability: Arc<dyn Capability>) -> Self {
        Self::to(Target::Capability(capability))
    }
}

impl Serialize for Stub {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        isolet_wire::capability::serialize(&self.to_attachment(), serializer)
    }
}

impl<'de> Deserialize<'de> for Stub {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let attachment = isolet_wire::capability::deserialize(deserializer)?;
        Self::from_attachment(&attachment).ok_or_else(|| D::Error::custom("not a stub"))
    }
}

impl schemars::JsonSchema for Stub {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RpcStub".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // Bare, it would count as one that allows null already.
        schemars::json_schema!({ "anyOf": [{ "x-typescript": "RpcStub" }] })
    }
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.target {
            Target::Capability(_) => "Stub(host)",
            Target::Worker(_) | Target::Remote(_) => "Stub(worker)",
            Target::Promised(_) => "Stub(promise)",
            Target::Right(_) | Target::HeldRight(_) => "Stub(loader)",
        })
    }
}
