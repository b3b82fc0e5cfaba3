//! The objects that programs call.

use std::sync::Arc;

use isolet_catalog::{Catalog, Error, Tool};
use isolet_wire::Value;
use serde_json::Value as Json;

use super::Tools;
use super::calls::{Argument, BYTES_PER_VALUE, Calls, Ended, UnderWay};
use super::record::{Record, ended, unrecorded};
use super::tool::{ToolCall, ToolFailure, ToolHandler};
use crate::error::thrown::{Thrown, shown};
use crate::rpc::capability::{Answer, Capability, failed};

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
            Ok((handler, call, under_way)) => {
                let method = method.to_owned();
                Box::pin(async move {
                    let answer = self.make(&method, &*handler, call, record).await;
                    drop(under_way);
                    answer
                })
            }
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
            capability: None,
        };
        Ok((Arc::clone(handler), call, under_way))
    }

    async fn make(
        &self,
        method: &str,
        handler: &dyn ToolHandler,
        mut call: ToolCall,
        mut record: Record,
    ) -> Result<Value, Thrown> {
        call.context.clone_from(&record.context.value);
        if let Some(approver) = record.approver(self.tools.approver.as_ref(), &call) {
            record.decide(&*approver, &call).await?;
        }
        record.start().await?;
        match handler.call(call).await {
            Ok(json) => {
                let value = match &json {
                    Json::Null => Ok(Value::null()),
                    json => Value::from_serialize(json),
                };
                let value = value.map_err(|error| {
                    let message = format!("the answer of the tool cannot be passed on: {error}");
                    record.end(Ended::Failed(&message));
                    Thrown::named("ToolError", message)
                })?;
                // A value takes at least a byte of the message.
                let bytes = value.as_bytes().len().saturating_mul(BYTES_PER_VALUE / 4);
                let fault = if handler.checks_output() { self.fault(method, &json) } else { None };
                match fault {
                    None => {
                        record.end(Ended::Done(json, bytes));
                        Ok(value)
                    }
                    Some(fault) => {
                        record.end(Ended::Invalid(&fault, json, bytes));
                        Err(Thrown::named("ToolError", fault))
                    }
                }
            }
            Err(ToolFailure { message }) => {
                record.end(Ended::Failed(&message));
                Err(Thrown::named("ToolError", message))
            }
        }
    }

    /// Returns what is wrong with the result of a tool. A schema that cannot be used is declared as
    /// `unknown`, so that any result is as declared.
    fn fault(&self, method: &str, result: &Json) -> Option<String> {
        match self.tools.catalog.get(&self.name, method)?.validate_output(result) {
            Ok(()) | Err(Error::Schema { .. }) => None,
            Err(error) => Some(format!(
                "{error} (the call was made, and its result is not as the tool declares it)"
            )),
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
