//! The value of a tool's result in a program.

use isolet::code_mode::ToolFailure;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use crate::text::prefix;

/// The most bytes of the message of an error.
const MAX_MESSAGE: usize = 8 << 10;

/// Returns the structured content of a result, else its text, else a list of the blocks as plain
/// objects, such as `{type: "image", mimeType, data}`.
///
/// Errors if the result is an error of the tool.
pub(super) fn value_of(result: CallToolResult) -> Result<Value, ToolFailure> {
    if result.is_error == Some(true) {
        let text = text_of(&result.content);
        let message = if text.trim().is_empty() { "the tool has failed" } else { text.as_str() };
        return Err(ToolFailure::new(prefix(message, MAX_MESSAGE).0));
    }
    if let Some(value) = result.structured_content {
        return Ok(value);
    }
    if result.content.iter().all(|block| matches!(block, ContentBlock::Text(_))) {
        return Ok(Value::String(text_of(&result.content)));
    }
    let values: Result<_, _> = result.content.iter().map(serde_json::to_value).collect();
    values.map(Value::Array).map_err(|error| ToolFailure::new(error.to_string()))
}

fn text_of(content: &[ContentBlock]) -> String {
    let texts: Vec<_> =
        content.iter().filter_map(|it| it.as_text()).map(|it| it.text.as_str()).collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use rmcp::model::Resource;
    use serde_json::json;

    use super::*;

    #[test]
    fn structured_content_goes_first() {
        let structured = CallToolResult::structured(json!({"a": [1]}));
        assert_eq!(value_of(structured).unwrap(), json!({"a": [1]}));
        let text = |texts: &[&str]| texts.iter().copied().map(ContentBlock::text).collect();
        let texts = CallToolResult::success(text(&["{\"a\": 1}", "b"]));
        assert_eq!(value_of(texts).unwrap(), json!("{\"a\": 1}\nb"));
        assert_eq!(value_of(CallToolResult::success(vec![])).unwrap(), json!(""));
    }

    #[test]
    fn other_content_is_a_list_of_objects() {
        let content = vec![
            ContentBlock::text("x"),
            ContentBlock::image("AA==", "image/png"),
            ContentBlock::audio("AA==", "audio/wav"),
            ContentBlock::embedded_text("file:///a", "y"),
            ContentBlock::resource_link(Resource::new("file:///b", "b")),
        ];
        let expected = json!([
            {"type": "text", "text": "x"},
            {"type": "image", "data": "AA==", "mimeType": "image/png"},
            {"type": "audio", "data": "AA==", "mimeType": "audio/wav"},
            {"type": "resource", "resource": {"uri": "file:///a", "mimeType": "text/plain", "text": "y"}},
            {"type": "resource_link", "uri": "file:///b", "name": "b"},
        ]);
        assert_eq!(value_of(CallToolResult::success(content)).unwrap(), expected);
    }

    #[test]
    fn errors_of_tools_are_failures() {
        let failure = |content| value_of(CallToolResult::error(content)).unwrap_err();
        assert_eq!(failure(vec![ContentBlock::text("no such file")]).message, "no such file");
        assert_eq!(failure(vec![]).message, "the tool has failed");
        assert_eq!(failure(vec![ContentBlock::text("x".repeat(9_000))]).message.len(), MAX_MESSAGE);
    }
}
