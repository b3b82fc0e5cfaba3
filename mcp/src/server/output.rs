//! Results of programs, as text for the model and as structured content.

use isolet::code_mode::{CallOutcome, Execution, ExecutionError};
use isolet_runs::RunId;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value, json};

use crate::settings::Limits;
use crate::text::{harmless, harmless_prefix, harmless_value, prefix};

/// The bytes of the sentence that says what was cut of a text.
const CUT: usize = 100;
/// The most calls that the structured content lists.
const MAX_CALLS: usize = 200;

/// Returns the schema of the structured content.
pub(super) fn schema() -> Value {
    let object = |properties: Value, required: &[&str]| json!({"type": "object", "properties": properties, "required": required});
    let text = json!({"type": "string"});
    let number = json!({"type": "integer"});
    let log = object(json!({"level": text, "message": text}), &["level", "message"]);
    let status = json!({"enum": ["done", "failed", "refused", "unfinished"]});
    let call = object(json!({"tool": text, "status": status}), &["tool", "status"]);
    let error = json!({"name": text, "message": text, "line": number, "column": number});
    object(
        json!({
            "result": {"description": "The value of the program, if it has not failed."},
            "error": object(error, &["name", "message"]),
            "logs": {"type": "array", "items": log},
            "calls": {"type": "array", "items": call},
            "session": text,
            "waiting": {
                "description": "The program still runs, and `wait_run` returns its result. These \
                    calls wait for the approval of a person.",
                "type": "object",
                "properties": {"run": text, "calls": {"type": "array", "items": object(
                    json!({"id": text, "tool": text, "arguments": text}),
                    &["id", "tool", "arguments"],
                )}},
                "required": ["run", "calls"],
            },
            "truncated": {
                "type": "boolean",
                "description": "True if something was too long. Such a `result` is the beginning \
                    of its JSON, as a string.",
            },
        }),
        &["logs", "calls"],
    )
}

/// Returns the structured content of a run that goes on.
pub(super) fn waiting(run: RunId, calls: &[Value]) -> Value {
    json!({"waiting": {"run": run.to_string(), "calls": calls}, "logs": [], "calls": []})
}

/// Returns what the client gets.
pub(super) fn render(execution: Execution, limits: &Limits) -> CallToolResult {
    let limit = limits.output_bytes;
    let media = execution.result.as_ref().ok().and_then(|it| media(it, limits.media_bytes, limit));
    let has_media = media.is_some();
    let mut is_cut = execution.is_cut || execution.calls_made > MAX_CALLS;
    let content = media.unwrap_or_else(|| {
        let (text, is_long) = harmless_prefix(&execution.to_text(limit), limit + CUT);
        is_cut |= is_long;
        vec![ContentBlock::text(text)]
    });
    let mut structured = Map::new();
    let is_error = execution.result.is_err();
    match execution.result {
        // Not twice.
        Ok(_) if has_media => {}
        Ok(value) => {
            let value = shortened(value, limit, &mut is_cut);
            structured.insert("result".to_owned(), value);
        }
        Err(error) => {
            structured.insert("error".to_owned(), error_of(&error, limit, &mut is_cut));
        }
    }
    let mut left = limit;
    let logs = execution.logs.iter().map_while(|log| {
        let (message, is_long) = harmless_prefix(&log.message, left);
        is_cut |= is_long;
        // Empty lines count as well.
        left = left.saturating_sub(message.len() + 1);
        (left > 0 || is_long).then(|| json!({"level": log.level.to_string(), "message": message}))
    });
    let logs: Vec<_> = logs.collect();
    is_cut |= logs.len() < execution.logs.len();
    structured.insert("logs".to_owned(), logs.into());
    let calls = execution.calls.iter().take(MAX_CALLS).map(|call| {
        let status = match call.outcome {
            CallOutcome::Done { .. } => "done",
            CallOutcome::Failed { .. } => "failed",
            CallOutcome::Refused { .. } => "refused",
            _ => "unfinished",
        };
        json!({"tool": harmless(&format!("{}.{}", call.namespace, call.tool)), "status": status})
    });
    structured.insert("calls".to_owned(), calls.collect());
    if is_cut {
        structured.insert("truncated".to_owned(), true.into());
    }
    let mut result =
        if is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = Some(Value::Object(structured));
    result
}

fn error_of(error: &ExecutionError, limit: usize, is_cut: &mut bool) -> Value {
    let (message, is_long) = harmless_prefix(&error.message, limit);
    *is_cut |= is_long;
    let mut value = json!({"name": harmless(&error.name), "message": message});
    if let Some((line, column)) = error.position {
        value["line"] = line.into();
        value["column"] = column.into();
    }
    value
}

/// Returns a value without hidden characters, or the beginning of its JSON if that is longer than
/// the limit.
fn shortened(value: Value, limit: usize, is_cut: &mut bool) -> Value {
    let value = harmless_value(value);
    let json = value.to_string();
    let (json, is_long) = prefix(&json, limit);
    *is_cut |= is_long;
    if is_long { Value::from(format!("{json}…")) } else { value }
}

/// Returns the blocks of a value that is, or is a list of, blocks of MCP such as
/// `{type: "image", mimeType, data}`, if at least one is not text and all are not too long.
fn media(value: &Value, limit: usize, text_limit: usize) -> Option<Vec<ContentBlock>> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    let is_block = |value: &Value| {
        let kind = value.get("type").and_then(Value::as_str);
        matches!(kind, Some("text" | "image" | "audio" | "resource" | "resource_link"))
    };
    let text = |value: &Value| value.get("text").and_then(Value::as_str).map_or(0, str::len);
    let is_long = values.iter().map(text).sum::<usize>() > text_limit;
    if is_long || !values.iter().all(is_block) || value.to_string().len() > limit {
        return None;
    }
    let parse = |value: &Value| {
        Some(match serde_json::from_value(value.clone()).ok()? {
            ContentBlock::Text(text) => ContentBlock::text(harmless(&text.text)),
            block => block,
        })
    };
    let blocks: Vec<_> = values.iter().map(parse).collect::<Option<_>>()?;
    blocks.iter().any(|block| block.as_text().is_none()).then_some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_the_beginning_of_their_json() {
        let mut is_cut = false;
        assert_eq!(shortened(json!({"a": 1}), 7, &mut is_cut), json!({"a": 1}));
        assert!(!is_cut);
        assert_eq!(shortened(json!(["é", 1]), 4, &mut is_cut), json!("[\"é…"));
        assert!(is_cut);
        // Hidden characters are escaped before the text is cut.
        let hidden = json!(["\u{e0041}".repeat(10)]);
        assert_eq!(shortened(hidden, 20, &mut is_cut), json!(r#"["\\udb40\\udc41\\ud…"#));
    }

    #[test]
    fn media_stay_media_if_they_are_short_enough() {
        let image = |data: &str| json!({"type": "image", "mimeType": "image/png", "data": data});
        let blocks = media(&image("AA=="), 200, 200).unwrap();
        assert!(blocks[0].as_image().is_some());
        let list = json!([{"type": "text", "text": "a\u{9b}"}, image("AA==")]);
        let blocks = media(&list, 200, 200).unwrap();
        assert_eq!(blocks[0].as_text().unwrap().text, "a\\u009b");
        for other in [image(&"A".repeat(300)), json!([{"type": "text", "text": "x"}]), json!([])] {
            assert_eq!(media(&other, 200, 200), None, "{other}");
        }
    }
}
