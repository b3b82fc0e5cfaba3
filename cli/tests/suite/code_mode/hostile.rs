//! Hosts that do not keep to the protocol, or do not answer.

use serde_json::{Value, json};

use super::client::Host;
use crate::folder::said;

const MAX_MESSAGE_BYTES: usize = 8 << 20;

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_default()
}

#[test]
fn the_version_is_negotiated_first() {
    let mut host = Host::uninitialized(&[]);
    assert_eq!(host.error("createTool", &json!({"tools": []})), -32_002);
    let id = host.begin("initialize", &json!({"protocolVersion": 2}));
    let answer = host.answer(id);
    assert_eq!((code(&answer), &answer["error"]["data"]), (-32_001, &json!({"supported": [1]})));
    assert_eq!(host.error("initialize", &json!({})), -32_602);
    assert_eq!(host.error("initialize", &json!({"protocolVersion": "1"})), -32_602);
    let client = json!({"name": "test", "of": ["any", "shape"]});
    let ready = host.request("initialize", &json!({"protocolVersion": 1, "client": client}));
    assert_eq!(ready["server"]["name"], "isolet");
    assert_eq!(ready["limits"]["messageBytes"], MAX_MESSAGE_BYTES);
    assert_eq!(host.error("initialize", &json!({"protocolVersion": 1})), -32_600);
}

#[test]
fn what_is_no_request_is_refused_and_nothing_ends() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({}));
    let mut refused = |line: &[u8]| {
        host.write(line);
        code(&host.receive(|it| it["id"].is_null() && it.get("method").is_none()))
    };
    assert_eq!(refused(b"{\"jsonrpc\":"), -32_700);
    assert_eq!(refused(b"\xff\xfe"), -32_700);
    assert_eq!(refused("[".repeat(100_000).as_bytes()), -32_600);
    assert_eq!(refused(br#"[{"jsonrpc":"2.0","id":1,"method":"execute"}]"#), -32_600);
    assert_eq!(refused(br#"{"jsonrpc":"2.0"}"#), -32_600);
    assert_eq!(refused(br#"{"jsonrpc":"2.0","id":[1],"method":"execute"}"#), -32_600);
    assert_eq!(host.error("run", &json!({})), -32_601);
    assert_eq!(host.error("__proto__", &json!({})), -32_601);
    assert_eq!(host.error("execute", &json!([])), -32_602);
    assert_eq!(host.error("execute", &json!({"code": "1"})), -32_602);
    assert_eq!(host.error("execute", &json!({"code": "1", "tool": "tool-9"})), -32_602);
    assert_eq!(host.error("execute", &json!({"code": "1", "tool": tool, "session": "s"})), -32_602);
    assert_eq!(host.error("execute", &json!({"code": "1", "tool": tool, "timeout": 1})), -32_602);
    // Notifications have no answer, and do nothing.
    host.send(&json!({"jsonrpc": "2.0", "method": "execute", "params": {"tool": tool, "code": "t.one()"}}));
    host.send(&json!({"jsonrpc": "2.0", "method": "cancel", "params": {"id": {}}}));
    host.send(&json!({"jsonrpc": "2.0", "method": "cancel"}));
    host.write(b"");
    host.write(b"  \r");
    let id = host.execute(&tool, "1");
    assert_eq!(host.result(id)["result"], 1);
    // The identifier of a request that is not answered yet.
    let id = host.execute(&tool, "await t.two()");
    assert_eq!(host.asked("callTool")["params"]["name"], "two");
    host.send(&json!({"jsonrpc": "2.0", "id": id, "method": "execute", "params": {"tool": tool, "code": "1"}}));
    assert_eq!(code(&host.answer(id)), -32_600);
    assert_eq!(host.end(), (Some(0), String::new()));
}

#[test]
fn wrong_tools_are_refused() {
    let mut host = Host::new(&[]);
    let tool = json!({"namespace": "t", "name": "one"});
    for wrong in [
        json!({"tools": [tool, tool]}),
        json!({"tools": [{"namespace": "", "name": "one"}]}),
        json!({"tools": [{"namespace": "t"}]}),
        json!({"tools": [{"namespace": "t", "name": "one", "input_schema": {}}]}),
        json!({"tools": [tool], "namespaces": {"other": "text"}}),
        json!({"tools": [tool], "limits": {"wallMS": 5}}),
        json!({"tools": [tool], "limits": {"fuel": -1}}),
        json!({"tools": [tool], "limits": {"fuel": u64::MAX}}),
        json!({"tools": [tool], "limits": {"memoryBytes": (128 << 20) + 1}}),
        json!({"tools": [tool], "limits": {"concurrency": 0}}),
        json!({"tools": [tool], "limits": {"resultBytes": (16 << 20) + 1}}),
    ] {
        assert_eq!(host.error("createTool", &wrong), -32_602, "{wrong}");
    }
    let limits = json!({"memoryBytes": 128 << 20, "resultBytes": 16 << 20, "wallMs": 1_000});
    host.request("createTool", &json!({"tools": [tool], "limits": limits}));
    host.request("createTool", &json!({}));
    let mut host = Host::new(&["--memory", "16M"]);
    let memory = |bytes: u64| json!({"tools": [tool], "limits": {"memoryBytes": bytes}});
    assert_eq!(host.error("createTool", &memory((16 << 20) + 1)), -32_602);
    host.request("createTool", &memory(16 << 20));
}

#[test]
fn a_line_that_is_too_long_is_skipped() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({}));
    let line = |bytes: usize| {
        let message = |padding: &str| {
            json!({"jsonrpc": "2.0", "id": "long", "method": "execute",
                "params": {"tool": tool, "code": format!("1 // {padding}")}})
            .to_string()
        };
        message(&"x".repeat(bytes - message("").len()))
    };
    host.write(line(MAX_MESSAGE_BYTES + 1).as_bytes());
    let refused = host.receive(|it| it.get("error").is_some());
    assert_eq!((code(&refused), &refused["id"]), (-32_600, &Value::Null));
    host.write(line(MAX_MESSAGE_BYTES).as_bytes());
    let answer = host.receive(|it| it["id"] == "long");
    assert_eq!(answer["result"]["result"], 1, "{answer}");
    // Values are counted before they take memory.
    let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
    let id = host.execute(&tool, "(await t.one()).length");
    let asked = host.asked("callTool");
    let answer = |list: &str| {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{{\"value\":{list}}}}}", asked["id"])
    };
    host.write(answer(&list(100_000)).as_bytes());
    assert_eq!(host.result(id)["result"], 100_000);
    let id = host.execute(&tool, "await t.one()");
    let asked = host.asked("callTool");
    let answer = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{{\"value\":{}}}}}",
        asked["id"],
        list(600_000)
    );
    host.write(answer.as_bytes());
    let result = host.result(id);
    assert!(
        result["error"]["message"].as_str().is_some_and(|it| it.contains("values")),
        "{result}"
    );
}

#[test]
fn a_host_that_never_answers_is_bounded_by_the_limits() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({"wallMs": 300}));
    let id = host.execute(&tool, "await t.one()");
    let asked = host.asked("callTool");
    assert_eq!(host.result(id)["outcome"], "exceededWallTime");
    assert_eq!(host.asked("cancel")["params"]["id"], asked["id"]);
}

#[test]
fn programs_that_are_too_many_wait() {
    let mut host = Host::new(&["--runs", "2"]);
    let tool = host.tool(&json!({"wallMs": 86_400_000}));
    let ids: Vec<_> = (0..3).map(|_| host.execute(&tool, "await t.one({})")).collect();
    let (first, second) = (host.asked("callTool"), host.asked("callTool"));
    host.reply(&first, &json!({"value": 1}));
    let third = host.asked("callTool");
    host.reply(&second, &json!({"value": 2}));
    host.reply(&third, &json!({"value": 3}));
    let mut values: Vec<_> = ids.into_iter().map(|id| host.result(id)["result"].as_i64()).collect();
    values.sort_unstable();
    assert_eq!(values, [Some(1), Some(2), Some(3)]);
}

#[test]
fn requests_and_sessions_are_counted() {
    let mut host = Host::new(&["--runs", "1"]);
    let tool = host.tool(&json!({"wallMs": 86_400_000}));
    let waiting: Vec<_> = (0..1_000).map(|_| host.execute(&tool, "await t.one({})")).collect();
    assert_eq!(host.error("execute", &json!({"tool": tool, "code": "1"})), -32_000);
    host.cancel(waiting[500]);
    assert_eq!(code(&host.answer(waiting[500])), -32_800);
    host.execute(&tool, "1");
    assert_eq!(host.error("execute", &json!({"tool": tool, "code": "1"})), -32_000);
    for _ in 0..64 {
        host.request("createSession", &json!({"tool": tool}));
    }
    assert_eq!(host.error("createSession", &json!({"tool": tool})), -32_000);
    assert_eq!(host.request("closeSession", &json!({"session": "session-2"})), json!({}));
    host.request("createSession", &json!({"tool": tool}));
    assert_eq!(host.end(), (Some(0), String::new()));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_an_error() {
    let line = "echo {} | \"$0\" code-mode >/dev/full";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_isolet")]);
    let _ = said(&mut shell).expect_failure(4, &["standard output"]);
}

#[test]
fn wrong_arguments_are_named() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_isolet"));
        said(command.arg("code-mode").args(arguments))
    };
    let _ = run(&["--runs", "0"]).expect_failure(2, &["--runs"]);
    let _ = run(&["--memory", "much"]).expect_failure(2, &["--memory"]);
    let help = run(&["--help"]);
    assert!(help.out.contains("Exit status") && help.out.contains("JSON-RPC"), "{help:?}");
    // A host that has gone before it began.
    assert_eq!(run(&[]).code, Some(0));
}
