//! Capabilities of the embedder's, whose calls are recorded and decided about as those of tools are.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use isolet_catalog::Method;
use isolet_wire::{Attachment, Value};

use super::Tools;
use super::arguments::Shown;
use super::calls::{Calls, Ended};
use super::record::{Record, ended, unrecorded};
use super::tool::{CapabilityCall, ToolCall};
use crate::error::thrown::Thrown;
use crate::rpc::capability::{Answer, Call, Capability, failed};
use crate::rpc::stub::Stub;
use crate::rpc::target::Target;

/// The maximum number of bytes of a method's name with those of the methods before it.
const MAX_NAME_BYTES: usize = 256;

/// The maximum number of methods that an object remembers to have been returned by.
const MAX_RETURNED_BY: usize = 8;

/// The declaration of a capability.
pub(super) struct Interface {
    pub(super) name: String,
    /// The names of the parameters by method.
    parameters: BTreeMap<String, Vec<String>>,
}

impl Interface {
    pub(super) fn new(name: String, methods: Vec<Method>) -> Self {
        let parameters = methods.into_iter().map(|method| (method.name, method.parameters));
        Self { name, parameters: parameters.collect() }
    }
}

/// A capability for one program, or an object of the host that one of its methods has returned.
pub(super) struct Object {
    interface: Arc<Interface>,
    returned_by: Vec<String>,
    stub: Stub,
    tools: Arc<Tools>,
    calls: Arc<Calls>,
}

impl Object {
    pub(super) fn new(
        interface: &Arc<Interface>,
        stub: Stub,
        tools: &Arc<Tools>,
        calls: &Arc<Calls>,
    ) -> Self {
        let (interface, tools, calls) =
            (Arc::clone(interface), Arc::clone(tools), Arc::clone(calls));
        Self { interface, returned_by: Vec::new(), stub, tools, calls }
    }

    /// Returns the name of a method, with those of the methods that have returned the object, and
    /// whether it is cut. The end of a name that is too long stays, because rules are about it.
    fn method(&self, path: &[String]) -> (String, bool) {
        let names: Vec<&str> = self.returned_by.iter().chain(path).map(String::as_str).collect();
        let mut name = names.join(".");
        let start = name.ceil_char_boundary(name.len().saturating_sub(MAX_NAME_BYTES));
        name.drain(..start);
        (name, start > 0)
    }

    fn shown(&self, call: &Call) -> Shown {
        let parameters = |method: &String| self.interface.parameters.get(method);
        // Returned objects mostly have the same interface, as folders of folders do.
        let names = call.path.last().and_then(parameters).map(Vec::as_slice).unwrap_or_default();
        Shown::new(call.arguments.as_ref(), names, |capability| {
            of_stub(capability, |object| object.interface.name.clone())
        })
    }

    /// Returns the names of the capabilities that arguments hand over, or may hand over.
    fn handed_over(&self, arguments: Option<&Value>) -> Vec<String> {
        let mut names = Vec::new();
        for capability in arguments.map(Value::capabilities).unwrap_or_default() {
            let stub = capability.downcast_ref::<Stub>();
            if stub.is_some_and(|stub| matches!(stub.target(), Target::Promised(_))) {
                // It may become any of them.
                return self.tools.capabilities.clone();
            }
            let name = of_stub(capability, |object| object.interface.name.clone());
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names
    }

    /// Makes the calls of objects that a method returns calls of this capability.
    fn answered(&self, method: &str, answer: Result<Value, Thrown>) -> Result<Value, Thrown> {
        let value = answer?;
        if value.capabilities().is_empty() {
            return Ok(value);
        }
        Ok(value.map_capabilities(|capability| match capability.downcast_ref::<Stub>() {
            Some(stub) if is_plain(stub) => Stub::new(self.returned(method, stub)).to_attachment(),
            _ => Arc::clone(capability),
        }))
    }

    fn returned(&self, method: &str, stub: &Stub) -> Self {
        let mut returned_by = self.returned_by.clone();
        if returned_by.len() < MAX_RETURNED_BY {
            returned_by.push(method.to_owned());
        }
        Self { returned_by, ..Self::new(&self.interface, stub.clone(), &self.tools, &self.calls) }
    }
}

/// Returns true for an object of the host that is called as such, and is no part of a stream or a
/// signal.
fn is_plain(stub: &Stub) -> bool {
    let Target::Capability(capability) = stub.target() else { return false };
    let any: &dyn Any = &**capability;
    !any.is::<Object>() && !capability.is_stream_end() && !capability.is_signal()
}

/// Applies a function to a capability if it is one of a tool.
fn of_stub<T>(capability: &Attachment, of: impl FnOnce(&Object) -> T) -> Option<T> {
    let Target::Capability(capability) = capability.downcast_ref::<Stub>()?.target() else {
        return None;
    };
    let any: &dyn Any = &**capability;
    any.downcast_ref::<Object>().map(of)
}

impl Capability for Object {
    fn wrapped(&self) -> Option<&Stub> {
        Some(&self.stub)
    }

    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        self.request(Call::method(method, arguments))
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        let name = &self.interface.name;
        let (method, is_long) = self.method(&call.path);
        let Shown { argument, is_cut } = self.shown(&call);
        let number = self.calls.begin(name, &method, Some(&argument));
        let Some(context) = self.calls.context() else {
            return failed(ended(&self.calls, number));
        };
        let json = Some(&argument.json);
        let mut record = Record::plan(context, &self.calls, name, &method, json, number);
        let tool_call = ToolCall {
            namespace: name.clone(),
            tool: method,
            arguments: argument.json,
            index: number,
            idempotency_key: self.calls.key(number),
            context: record.context.value.clone(),
            capability: Some(CapabilityCall {
                returned_by: self.returned_by.clone(),
                is_cut: is_cut || is_long,
                handed_over: self.handed_over(call.arguments.as_ref()),
            }),
        };
        let last = call.path.last().cloned().unwrap_or_default();
        let Some(approver) = record.approver(self.tools.approver.as_ref(), &tool_call) else {
            if record.planned.is_none() {
                // Calls that are not recorded keep their order.
                let answer = self.stub.request(call);
                return Box::pin(async move {
                    let answer = answer.await;
                    record.answered(self.answered(&last, answer))
                });
            }
            return Box::pin(async move {
                record.start().await?;
                let answer = self.stub.request(call).await;
                record.answered(self.answered(&last, answer))
            });
        };
        let Some(under_way) = self.calls.hold(argument.bytes) else {
            let text = "the calls that wait for approval have too large arguments (await some)";
            record.end(Ended::Refused(text));
            let thrown = Thrown::named("RangeError", text);
            return match record.planned {
                None => failed(thrown),
                // A program that makes many such calls must not be faster than the record.
                Some(planned) => Box::pin(async move {
                    planned.await.map_err(|error| unrecorded(&error))?;
                    Err(thrown)
                }),
            };
        };
        Box::pin(async move {
            let decided = record.decide(&*approver, &tool_call).await;
            drop((tool_call, under_way));
            decided?;
            record.start().await?;
            let answer = self.stub.request(call).await;
            record.answered(self.answered(&last, answer))
        })
    }
}
