//! The objects that programs call.

use std::sync::Arc;

use isolet_catalog::{Catalog, Tool};
use isolet_wire::Value;
use serde_json::Value as Json;

use super::Tools;
use super::approval::Approval;
use super::calls::{Argument, BYTES_PER_VALUE, Calls, Ended, UnderWay};
use super::context::RunContext;
use super::nulls::WithNulls;
use super::recorder::{PlannedCall, RecordError, Recording};
use super::tool::{ToolCall, ToolFailure, ToolHandler};
use crate::error::thrown::{Thrown, shown};
use crate::rpc::capability::{Answer, Call, Capability, failed};
use crate::rpc::stub::Stub;

/// The maximum number of bytes of a call's argument as JSON.
const MAX_ARGUMENT_BYTES: usize = 4 << 20;

/// The maximum number of values in it, about. Commas in texts count as well.
const MAX_ARGUMENT_VALUES: usize = 200_000;

/// The tools of one namespace, for one program.
pub(super) struct Namespace {
    pub(super) name: String,
    pub(super) tools: Arc<Tools>,
    pub(super) calls: Arc<Calls>,
}

impl Capability for Namespace {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        let argument = argument(&arguments);
        let number = self.calls.begin(&self.name, method, argument.as_ref().ok());
        let Some(context) = self.calls.context() else {
            return failed(ended(&self.calls, number));
        };
        let json = argument.as_ref().ok().map(|argument| &argument.json);
        let record = Record::plan(context, &self.calls, &self.name, method, json, number);
        match self.prepare(method, argument, number) {
            Ok((handler, call, under_way)) => Box::pin(async move {
                let answer = self.make(&*handler, call, record).await;
                drop(under_way);
                answer
            }),
            Err(thrown) => {
                record.end(Ended::Refused(&thrown.message));
                match record.planned {
                    None => failed(thrown),
                    // A program that makes many such calls must not be faster than the record.
                    Some(planned) => Box::pin(async move {
                        planned.await.map_err(|error| unrecorded(&error))?;
                        Err(thrown)
                    }),
                }
            }
        }
    }
}

/// The record of one call.
struct Record {
    calls: Arc<Calls>,
    context: RunContext,
    number: usize,
    /// The outcome of recording that the call was made, if that is recorded.
    planned: Option<Recording>,
}

impl Record {
    fn plan(
        context: RunContext,
        calls: &Arc<Calls>,
        namespace: &str,
        tool: &str,
        arguments: Option<&Json>,
        number: usize,
    ) -> Self {
        let planned = context.recorder.as_ref().map(|recorder| {
            let idempotency_key = &calls.key(number);
            let index = number;
            recorder.planned(&PlannedCall { index, namespace, tool, arguments, idempotency_key })
        });
        Self { calls: Arc::clone(calls), context, number, planned }
    }

    /// Waits until the plan is recorded.
    async fn wait(&mut self) -> Result<(), Thrown> {
        match self.planned.take() {
            Some(planned) => planned.await.map_err(|error| self.refuse(&error)),
            None => Ok(()),
        }
    }

    /// Waits until the start is recorded. The call must not be made if this errors.
    async fn start(&mut self) -> Result<(), Thrown> {
        let started = self.context.recorder.as_ref().map(|it| it.started(self.number));
        // Both are on their way.
        self.wait().await?;
        if let Some(started) = started {
            started.await.map_err(|error| self.refuse(&error))?;
        }
        // Meanwhile, or while somebody decided.
        if self.context.has_ended() {
            return Err(ended(&self.calls, self.number));
        }
        Ok(())
    }

    fn answered(&self, answer: Result<Value, Thrown>) -> Result<Value, Thrown> {
        match &answer {
            Ok(_) => self.end(Ended::Answered),
            Err(thrown) => self.end(Ended::Failed(&thrown.message)),
        }
        answer
    }

    fn refuse(&self, error: &RecordError) -> Thrown {
        let thrown = unrecorded(error);
        self.end(Ended::Refused(&thrown.message));
        thrown
    }

    fn end(&self, ended: Ended<'_>) {
        if let Some(recorder) = &self.context.recorder {
            recorder.ended(self.number, ended.shown());
        }
        self.calls.end(self.number, ended);
    }
}

fn unrecorded(error: &RecordError) -> Thrown {
    Thrown::named("RecordError", format!("the call was not made: {error}"))
}

/// Records a call that comes after the end of the program that it would belong to.
fn ended(calls: &Calls, number: usize) -> Thrown {
    let text = "the call was not made: the program has ended";
    calls.end(number, Ended::Refused(text));
    Thrown::named("Error", text)
}

impl Namespace {
    /// Checks a call. Its effects begin after this.
    fn prepare(
        &self,
        method: &str,
        argument: Result<Argument, Thrown>,
        number: usize,
    ) -> Result<(Arc<dyn ToolHandler>, ToolCall, UnderWay), Thrown> {
        let Tools { catalog, handlers, .. } = &*self.tools;
        let tool = catalog.get(&self.name, method);
        let tool = tool.ok_or_else(|| unknown(catalog, &self.name, method))?;
        let handler = handlers.get(&tool.path()).ok_or_else(|| Thrown::no_method(method))?;
        let Argument { json, bytes, is_missing } = argument?;
        let under_way = self.calls.hold(bytes).ok_or_else(|| {
            let text =
                "the calls that wait for their answers have too large arguments (await some)";
            Thrown::named("RangeError", text)
        })?;
        let given = Some(&json).filter(|_| !is_missing);
        tool.validate_input(given).map_err(|error| Thrown::type_error(error.to_string()))?;
        let call = ToolCall {
            namespace: tool.original_namespace().to_owned(),
            tool: tool.definition().name.clone(),
            arguments: json,
            index: number,
            idempotency_key: self.calls.key(number),
            context: None,
        };
        Ok((Arc::clone(handler), call, under_way))
    }

    async fn make(
        &self,
        handler: &dyn ToolHandler,
        mut call: ToolCall,
        mut record: Record,
    ) -> Result<Value, Thrown> {
        call.context.clone_from(&record.context.value);
        let own = record.context.approver.clone();
        let approver = own.or_else(|| self.tools.approver.clone());
        if let Some(approver) = approver.filter(|it| it.is_needed(&call)) {
            // Whoever decides may read the record.
            record.wait().await?;
            if let Approval::Rejected(reason) = approver.approve(&call).await {
                record.end(Ended::Refused(&reason));
                return Err(Thrown::named("RejectedError", reason));
            }
        }
        record.start().await?;
        match handler.call(call).await {
            Ok(json) => {
                let value = Value::from_serialize(&WithNulls(&json)).map_err(|error| {
                    let message = format!("the answer of the tool cannot be passed on: {error}");
                    record.end(Ended::Failed(&message));
                    Thrown::named("ToolError", message)
                })?;
                // A value takes at least a byte of the message.
                let bytes = value.as_bytes().len().saturating_mul(BYTES_PER_VALUE / 4);
                record.end(Ended::Done(json, bytes));
                Ok(value)
            }
            Err(ToolFailure { message }) => {
                record.end(Ended::Failed(&message));
                Err(Thrown::named("ToolError", message))
            }
        }
    }
}

/// Returns the error for a tool that does not exist, with the names that are most like it.
fn unknown(catalog: &Catalog, namespace: &str, method: &str) -> Thrown {
    let nearest = catalog.nearest(&format!("{namespace}.{method}"));
    let names: Vec<_> = nearest.into_iter().map(Tool::path).collect();
    let method = shown(method);
    Thrown::type_error(match names.as_slice() {
        [] => format!("{namespace}.{method} is not a tool"),
        names => format!("{namespace}.{method} is not a tool; did you mean {}?", names.join(", ")),
    })
}

/// Returns the only argument of a call, as `JSON.stringify` has it.
fn argument(arguments: &Value) -> Result<Argument, Thrown> {
    let count = arguments.elements().map_or(0, |elements| elements.len());
    if count > 1 {
        let text = format!("a tool takes one argument, an object, but there are {count}");
        return Err(Thrown::type_error(text));
    }
    if !arguments.capabilities().is_empty() {
        return Err(Thrown::type_error("functions and stubs cannot be passed to a tool"));
    }
    let argument: Value = match arguments.element(0) {
        Ok(argument) if count == 1 => argument,
        _ => Value::undefined(),
    };
    if argument.is_undefined() {
        let json = Json::Object(serde_json::Map::new());
        return Ok(Argument { json, bytes: 2, is_missing: true });
    }
    let text = argument.to_json_prefix(MAX_ARGUMENT_BYTES);
    if text.len() > MAX_ARGUMENT_BYTES {
        let text = format!("the argument of a tool has at most {MAX_ARGUMENT_BYTES} bytes");
        return Err(Thrown::named("RangeError", text));
    }
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if values > MAX_ARGUMENT_VALUES {
        let text = format!("the argument of a tool has at most {MAX_ARGUMENT_VALUES} values");
        return Err(Thrown::named("RangeError", text));
    }
    let bytes = text.len() + BYTES_PER_VALUE * (values + 1);
    let json = serde_json::from_str(&text)
        .map_err(|error| Thrown::type_error(format!("the argument is no JSON: {error}")))?;
    Ok(Argument { json, bytes, is_missing: false })
}

/// A capability of the embedder's, whose calls are recorded.
pub(super) struct Recorded {
    pub(super) name: String,
    pub(super) stub: Stub,
    pub(super) calls: Arc<Calls>,
}

impl Capability for Recorded {
    fn wrapped(&self) -> Option<&Stub> {
        Some(&self.stub)
    }

    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        self.request(Call::method(method, arguments))
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        let method = call.path.join(".");
        let number = self.calls.begin(&self.name, &method, None);
        let Some(context) = self.calls.context() else {
            return failed(ended(&self.calls, number));
        };
        let mut record = Record::plan(context, &self.calls, &self.name, &method, None, number);
        let stub = self.stub.clone();
        if record.planned.is_some() {
            return Box::pin(async move {
                record.start().await?;
                let answer = stub.request(call).await;
                record.answered(answer)
            });
        }
        // Calls that are not recorded keep their order.
        let answer = stub.request(call);
        Box::pin(async move {
            let answer = answer.await;
            record.answered(answer)
        })
    }
}
