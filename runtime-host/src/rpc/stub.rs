//! Stubs: capabilities as ordinary values of Rust.

use std::fmt;
use std::future::ready;
use std::sync::Arc;

use isolet_wire::{Attachment, Value};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::files::Files;
use crate::error::Result;
use crate::error::thrown::Thrown;
use crate::limits::lineage::Lineage;
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Breaking, Call, Calling, Capability, arguments_of};
use crate::rpc::mailbox::StubHold;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::Target;

/// A reference to something that can be called: a capability of the host, or an object, a
/// function or an entrypoint of a worker.
///
/// A stub can be called, kept, cloned, put into a worker's `env`, and placed anywhere in
/// the arguments and results of calls (`Stub` in a serde type). What it refers to in a
/// worker is released when the last clone, in Rust and in other workers, is dropped.
/// Until then the stub keeps that worker's sandbox alive.
///
/// A promise that a worker passes on before it has settled is also a stub in Rust. It can
/// be called and passed on. Only another worker can await its value.
#[derive(Clone)]
pub struct Stub {
    target: Target,
    hold: Option<StubHold>,
}

impl Stub {
    /// Creates a stub of an object of the host.
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

    /// Returns the object of the host, without wrappers, if it is of that type.
    #[cfg(feature = "wasi")]
    pub(crate) fn capability<T: Capability>(&self) -> Option<&T> {
        let Target::Capability(capability) = &self.target else { return None };
        if let Some(stub) = capability.wrapped() {
            return stub.capability();
        }
        let any: &dyn std::any::Any = &**capability;
        any.downcast_ref()
    }

    /// Returns the files of a directory of the host.
    pub(crate) fn files(&self) -> Option<Arc<dyn Files>> {
        match &self.target {
            Target::Capability(capability) => capability.files(),
            _ => None,
        }
    }

    /// Does the same as [`Self::files`], also for a directory in wrappers.
    pub(crate) fn wrapped_files(&self) -> Option<Arc<dyn Files>> {
        let Target::Capability(capability) = &self.target else { return None };
        capability.wrapped().map_or_else(|| capability.files(), Self::wrapped_files)
    }

    /// Waits for a promised answer and returns its stub. Returns `None` if it is not one.
    #[cfg(feature = "wasi")]
    pub(crate) async fn settled(self) -> Option<Self> {
        match &self.target {
            Target::Promised(promised) => promised.stub().await.ok().flatten(),
            _ => Some(self),
        }
    }

    /// Returns the stub in the form that something which lives as long as the sandbox of
    /// `holder` may keep. It must not keep alive what is in that sandbox or above it.
    pub(crate) fn held_by(&self, holder: &Lineage) -> Self {
        self.otherwise_held_by(holder).unwrap_or_else(|| self.clone())
    }

    /// Does the same as [`Self::held_by`]. Returns `None` if the stub needs no change.
    fn otherwise_held_by(&self, holder: &Lineage) -> Option<Self> {
        match &self.target {
            Target::Remote(remote) if remote.outlives(holder) => Some(self.without_hold()),
            _ => None,
        }
    }

    /// Converts the stub to the form in which it leaves the sandbox that holds it.
    pub(crate) fn travelling(self) -> Self {
        match &self.target {
            Target::HeldRight(held) => Self::to(Target::Right(held.right())),
            _ => self,
        }
    }

    /// Converts each stub in a value as [`Self::held_by`] does.
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

    /// Returns a clone that does not keep its sandbox alive.
    pub(crate) fn without_hold(&self) -> Self {
        Self { target: self.target.clone(), hold: None }
    }

    /// Returns the `props` of the entrypoint that it refers to.
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

    /// Calls a method and converts the returned value. `arguments` is a tuple.
    ///
    /// # Errors
    /// Errors if the call throws, if a worker reaches a limit, or if the value does not
    /// fit `R`.
    pub fn call<R: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        arguments: impl Serialize,
    ) -> Calling<Result<R>> {
        let call = arguments_of(&arguments).map(|arguments| Call::method(method, arguments));
        let value = self.answer(call);
        Box::pin(async move { Ok(value.await?.to()?) })
    }

    /// Calls a function.
    ///
    /// # Errors
    /// The same as [`Stub::call`].
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
    /// The same as [`Stub::call`].
    pub fn get<R: DeserializeOwned + Send + 'static>(&self, property: &str) -> Calling<Result<R>> {
        let value = self.answer(Ok(Call::property(property)));
        Box::pin(async move { Ok(value.await?.to()?) })
    }

    fn answer(&self, call: Result<Call>) -> Calling<Result<Value>> {
        match call {
            // Sent now, not when the future is first polled, so that calls arrive in the
            // order in which they were made.
            Ok(call) => {
                let answer = self.request(call);
                Box::pin(async move { answer.await.map_err(Thrown::into_error) })
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    /// Passes on a call that a [`Capability`] has received
    /// ([`Capability::request`]), with its whole path. The sandbox that has made the call pays
    /// for it as if it had called this stub. Dropping the answer cancels the call.
    pub fn request(&self, call: Call) -> Answer {
        match &self.target {
            Target::Capability(capability) => Arc::clone(capability).request(call),
            Target::Worker(callee) => Arc::clone(callee).request(call),
            Target::Remote(remote) => remote.request(call),
            Target::Promised(promised) => promised.request(call),
            Target::Right(right) => failed(Thrown::type_error(right.refusal())),
            Target::HeldRight(held) => Arc::clone(held).request(call),
        }
    }

    /// Resolves to the error that stops the sandbox of the target, or that fails the
    /// promised answer. Resolves to `None` if `holder` will never be told of such an
    /// error. The future keeps neither the object nor its sandbox alive.
    pub(crate) fn broken(&self, holder: &Lineage) -> Breaking {
        match &self.target {
            Target::Remote(remote) => {
                // Holders in that sandbox, or below it, end with it.
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

    /// Returns `None` if the attachment was not created by this crate.
    pub(crate) fn from_attachment(attachment: &Attachment) -> Option<Self> {
        attachment.downcast_ref::<Self>().cloned()
    }

    /// Names to a survey what a capability in a message holds.
    pub(crate) fn visit_attachment(attachment: &Attachment, visitor: &mut Visitor<'_>) {
        if let Some(stub) = attachment.downcast_ref::<Self>() {
            stub.visit(visitor);
        }
    }

    /// Returns a message that consists of this stub.
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
            // A survey does not see what these hold in the host.
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
