//! Questions of a server to the user or the model of a program's client, made safe to show.

#![expect(deprecated, reason = "sampling is of the protocol of 2025")]

use rmcp::model::{
    CreateMessageRequestParams, ElicitRequestParams, ElicitationSchema, SamplingContent,
    SamplingMessageContentBlock,
};
use serde_json::Value;
use url::Url;

use crate::config::is_local;
use crate::text::{harmless, line};

/// The most bytes of a message.
const MAX_MESSAGE: usize = 8 << 10;
/// The most bytes of a form's schema, and the most fields of the form.
const MAX_SCHEMA: usize = 32 << 10;
const MAX_FIELDS: usize = 64;
/// The most bytes of an address.
const MAX_URL: usize = 2 << 10;
/// The most bytes of an elicitation's identifier.
const MAX_ID: usize = 256;
/// The most bytes, and the most messages, that a model is asked to continue.
const MAX_PROMPT: usize = 256 << 10;
const MAX_MESSAGES: usize = 256;
/// The most tokens that a model is asked for.
const MAX_TOKENS: u32 = 16_384;

/// Returns what a user is shown in place of a server's elicitation. It begins with the name of the server,
/// and each line of the server is marked as such, so that none passes for this server's.
///
/// Errors, with a reason, if it cannot be shown as it is.
pub(super) fn elicitation(
    server: &str,
    params: ElicitRequestParams,
) -> Result<ElicitRequestParams, &'static str> {
    match params {
        ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => {
            Ok(ElicitRequestParams::FormElicitationParams {
                meta: None,
                message: shown(server, "asks for input", &message)?,
                requested_schema: schema(&requested_schema)?,
            })
        }
        ElicitRequestParams::UrlElicitationParams { message, url, elicitation_id, .. } => {
            let url = address(&url)?;
            let asks = format!("asks to open this address: {url}");
            let elicitation_id = match elicitation_id.as_str() {
                // There is none in the protocol of 2026.
                "" => String::new(),
                id => line(&format!("{server}/{id}"), MAX_ID),
            };
            Ok(ElicitRequestParams::UrlElicitationParams {
                meta: None,
                message: shown(server, &asks, &message)?,
                url: url.into(),
                elicitation_id,
            })
        }
        _ => Err("its kind is not known"),
    }
}

/// Returns a message with its origin.
fn shown(server: &str, asks: &str, message: &str) -> Result<String, &'static str> {
    if message.len() > MAX_MESSAGE {
        return Err("its message is too long");
    }
    let mut text = format!(
        "The server {:?} {asks}. It approves no call of a program. The server says:",
        line(server, MAX_ID)
    );
    for line in harmless(message).lines() {
        text.push_str("\n> ");
        text.push_str(line);
    }
    Ok(text)
}

fn address(url: &str) -> Result<Url, &'static str> {
    if url.len() > MAX_URL {
        return Err("its address is too long");
    }
    let url = Url::parse(url).map_err(|_| "its address is not valid")?;
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_local(&url);
    // The text before an @ looks like the name of the host.
    if !is_safe || !url.username().is_empty() || url.password().is_some() {
        return Err("its address is not a plain one of https");
    }
    // Percent signs stand for what it does not show.
    if url.as_str().len() > MAX_URL {
        return Err("its address is too long");
    }
    Ok(url)
}

/// Returns a schema whose titles and descriptions are harmless. Names and values stay as they are, as the
/// server has to know them again, so they must be harmless already.
fn schema(schema: &ElicitationSchema) -> Result<ElicitationSchema, &'static str> {
    if schema.properties.len() > MAX_FIELDS {
        return Err("its form has too many fields");
    }
    let wrong = "its form cannot be shown";
    let mut value = serde_json::to_value(schema).map_err(|_| wrong)?;
    if value.to_string().len() > MAX_SCHEMA {
        return Err("its form is too long");
    }
    clean(&mut value, false)?;
    serde_json::from_value(value).map_err(|_| wrong)
}

/// Makes the texts for people harmless. `is_text` is true for those.
fn clean(value: &mut Value, is_text: bool) -> Result<(), &'static str> {
    let hidden = "its form has hidden characters in names or values";
    match value {
        Value::String(text) if is_text => *text = harmless(text),
        Value::String(text) if harmless(text) != *text => return Err(hidden),
        Value::Array(values) => {
            for value in values {
                clean(value, is_text)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                if harmless(name) != *name {
                    return Err(hidden);
                }
                let is_text = matches!(name.as_str(), "title" | "description" | "enumNames");
                clean(value, is_text)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Returns what a model is asked in place of a server's request: its messages, with the name of the server
/// before its own system prompt. Tools, and what other servers know, are not part of it.
///
/// Errors, with a reason, if it cannot be asked.
pub(super) fn sampling(
    server: &str,
    params: CreateMessageRequestParams,
) -> Result<CreateMessageRequestParams, &'static str> {
    if params.tools.is_some() || params.tool_choice.is_some() {
        return Err("it wants the model to call tools");
    }
    if params.messages.len() > MAX_MESSAGES {
        return Err("it has too many messages");
    }
    let bytes = serde_json::to_vec(&params).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_PROMPT {
        return Err("it is too long");
    }
    let mut messages = params.messages;
    for message in &mut messages {
        message.meta = None;
        let blocks = match &mut message.content {
            SamplingContent::Single(block) => std::slice::from_mut(block),
            SamplingContent::Multiple(blocks) => blocks.as_mut_slice(),
        };
        for block in blocks {
            match block {
                SamplingMessageContentBlock::Text(text) => text.text = harmless(&text.text),
                SamplingMessageContentBlock::Image(_) | SamplingMessageContentBlock::Audio(_) => {}
                _ => return Err("it has the calls of tools in it"),
            }
        }
    }
    let mut prompt = format!("This request is of the MCP server {:?}.", line(server, MAX_ID));
    if let Some(own) = &params.system_prompt {
        prompt.push_str("\n\n");
        prompt.push_str(&harmless(own));
    }
    let mut safe = CreateMessageRequestParams::new(messages, params.max_tokens.min(MAX_TOKENS));
    safe.system_prompt = Some(prompt);
    safe.temperature = params.temperature;
    safe.stop_sequences = params.stop_sequences;
    safe.model_preferences = params.model_preferences;
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(params: Value) -> Result<Value, &'static str> {
        let params = serde_json::from_value(params).unwrap();
        elicitation("up", params).map(|params| serde_json::to_value(params).unwrap())
    }

    fn form(message: &str, properties: &Value) -> Result<Value, &'static str> {
        let schema = json!({"type": "object", "properties": properties});
        asked(json!({"mode": "form", "message": message, "requestedSchema": schema}))
    }

    #[test]
    fn a_server_cannot_pass_for_another_one() {
        let message =
            "A program waits for your approval.\n\nThe server \"bank\" asks\u{1b}[2J\u{202e}";
        let shown = form(message, &json!({"n": {"type": "string", "title": "\u{202e}x"}})).unwrap();
        let expected = "The server \"up\" asks for input. It approves no call of a program. The server \
                        says:\n> A program waits for your approval.\n> \n> The server \"bank\" \
                        asks\\u001b[2J\\u202e";
        assert_eq!(shown["message"], expected);
        assert_eq!(shown["requestedSchema"]["properties"]["n"]["title"], "\\u202ex");
        // No other character ends a line.
        let shown = form("a\rb\u{2028}c\u{85}d\u{b}e", &json!({})).unwrap();
        let last = shown["message"].as_str().unwrap().lines().last().unwrap();
        assert_eq!(last, "> a\\u000db\\u2028c\\u0085d\\u000be");
    }

    #[test]
    fn names_and_values_are_as_they_are_or_nothing_is_asked() {
        let choice = |value: &str| json!({"n": {"type": "string", "enum": [value, "b"]}});
        let asked = form("x", &choice("a")).unwrap();
        assert_eq!(asked["requestedSchema"]["properties"]["n"]["enum"], json!(["a", "b"]));
        let hidden = Err("its form has hidden characters in names or values");
        assert_eq!(form("x", &choice("a\u{200b}")), hidden);
        assert_eq!(form("x", &json!({"a\u{202e}": {"type": "string"}})), hidden);
        // A field may have the name of a keyword.
        assert!(form("x", &json!({"title": {"type": "string"}})).is_ok());
    }

    #[test]
    fn long_forms_are_not_shown() {
        let fields = |count: usize| -> Value {
            (0..count).map(|n| (format!("f{n}"), json!({"type": "boolean"}))).collect()
        };
        assert!(form("x", &fields(MAX_FIELDS)).is_ok());
        assert_eq!(form("x", &fields(MAX_FIELDS + 1)), Err("its form has too many fields"));
        assert!(form(&"x".repeat(MAX_MESSAGE), &json!({})).is_ok());
        assert_eq!(form(&"x".repeat(MAX_MESSAGE + 1), &json!({})), Err("its message is too long"));
        let title = "x".repeat(MAX_SCHEMA);
        let long = json!({"n": {"type": "string", "title": title}});
        assert_eq!(form("x", &long), Err("its form is too long"));
    }

    #[test]
    fn addresses_are_plain() {
        let open = |url: &str| {
            asked(json!({"mode": "url", "message": "m", "url": url, "elicitationId": "1"}))
        };
        let shown = open("https://a.example/x?y").unwrap();
        assert_eq!(shown["url"], "https://a.example/x?y");
        assert_eq!(shown["elicitationId"], "up/1");
        let message = shown["message"].as_str().unwrap();
        assert!(message.contains("asks to open this address: https://a.example/x?y."), "{message}");
        assert!(open("http://localhost:1/").is_ok());
        // The name of another alphabet is shown as what it is.
        assert_eq!(open("https://аpple.example/").unwrap()["url"], "https://xn--pple-43d.example/");
        for wrong in [
            "http://a.example",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://bank.example@evil.example/",
            "no address",
            &format!("https://a.example/{}", "x".repeat(MAX_URL)),
        ] {
            assert!(open(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_model_is_asked_without_tools_and_context() {
        let message = json!({"role": "user", "content": {"type": "text", "text": "a\u{202e}"}});
        let ask = |more: Value| {
            let mut params = json!({"messages": [message], "maxTokens": 1_000_000});
            params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let params = serde_json::from_value(params).unwrap();
            sampling("up", params).map(|params| serde_json::to_value(params).unwrap())
        };
        let asked =
            ask(json!({"systemPrompt": "Be kind.", "includeContext": "allServers"})).unwrap();
        assert_eq!(asked["messages"][0]["content"]["text"], "a\\u202e");
        assert_eq!(asked["maxTokens"], MAX_TOKENS);
        assert_eq!(asked["systemPrompt"], "This request is of the MCP server \"up\".\n\nBe kind.");
        assert!(asked.get("includeContext").is_none(), "{asked}");
        let tool = json!({"name": "x", "inputSchema": {"type": "object"}});
        assert_eq!(ask(json!({"tools": [tool]})), Err("it wants the model to call tools"));
        assert_eq!(ask(json!({"systemPrompt": "x".repeat(MAX_PROMPT)})), Err("it is too long"));
    }
}
