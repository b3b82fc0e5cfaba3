//! A capability as an ordinary value of Rust.

use std::fmt;
use std::future::ready;
use std::sync::Arc;

use isolet_wire::{Attachment, Value};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::capability::{Answer, Breaking, Call, Capability, Thrown};
use crate::entrypoint::{Calling, arguments_of};
use crate::error::Result;
use crate::link::{Lineage, Remote, StubHold};
use crate::loader::{Grant, LocalLoader};
use crate::ownership::{Holds, Visitor};
use crate::promised::{Promised, failed};

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

#[derive(Clone)]
pub(crate) enum Target {
    Capability(Arc<dyn Capability>),
    /// In a sandbox.
    Remote(Arc<Remote>),
    /// What a call will come to.
    Promised(Arc<Promised>),
    /// The right to load workers, which nobody can use before a sandbox holds it.
    Loader(Arc<Grant>),
    /// The same in the table of the sandbox that uses it. Never leaves that table.
    LocalLoader(Arc<LocalLoader>),
}

/// Why a call of a loader is refused that nobody holds: by Rust, or through an answer
/// that has not come.
const UNHELD_LOADER: &str =
    "A loader is used by the worker that holds it: await it first, then call load() or get().";

impl Target {
    /// Whether its method `fetch` takes a request. As far as that is known: what a
    /// call will come to may be anything.
    pub(crate) fn fetches(&self) -> bool {
        match self {
            Self::Capability(_) => true,
            Self::Remote(remote) => remote.is_entrypoint(),
            Self::Promised(promised) => promised.settled().is_some_and(|stub| {
                !matches!(stub.target, Self::Promised(_)) && stub.target.fetches()
            }),
            Self::Loader(_) | Self::LocalLoader(_) => false,
        }
    }
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

    /// As it leaves the sandbox that holds it: of a loader, the right alone.
    pub(crate) fn travelling(self) -> Self {
        match &self.target {
            Target::LocalLoader(loader) => Self::to(Target::Loader(Arc::clone(loader.grant()))),
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
            Target::Capability(capability) => capability.stands_for()?.own_props(),
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
            Target::Remote(remote) => remote.request(call),
            Target::Promised(promised) => promised.request(call),
            Target::Loader(_) => failed(Thrown::type_error(UNHELD_LOADER)),
            Target::LocalLoader(loader) => Arc::clone(loader).request(call),
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
            Target::Capability(capability) => capability.broken(),
            Target::Loader(_) | Target::LocalLoader(_) => Box::pin(ready(None)),
        }
    }

    pub(crate) fn to_attachment(&self) -> Attachment {
        Arc::new(self.clone())
    }

    /// None if it was not this crate that put it there.
    pub(crate) fn from_attachment(attachment: &Attachment) -> Option<Self> {
        attachment.downcast_ref::<Self>().cloned()
    }

    /// A message that is this stub.
    pub fn to_value(&self) -> Value {
        Value::from_capability(self.to_attachment())
    }
}

impl Holds for Stub {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(hold) = &self.hold {
            visitor.hold(hold.shared());
        }
        match &self.target {
            Target::Capability(capability) => visitor.shared_capability(capability),
            Target::Remote(remote) => visitor.shared(remote),
            Target::Promised(promised) => visitor.shared(promised),
            Target::Loader(_) => {}
            Target::LocalLoader(loader) => visitor.shared(loader),
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
            Target::Remote(_) => "Stub(worker)",
            Target::Promised(_) => "Stub(promise)",
            Target::Loader(_) | Target::LocalLoader(_) => "Stub(loader)",
        })
    }
}
