//! `isolet code-mode`.

mod client;
mod hostile;
#[cfg(unix)]
mod python;

use client::Host;
use serde_json::{Value, json};

#[test]
fn programs_call_the_tools_of_the_host() {
    let mut host = Host::new(&[]);
    let schema = json!({
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    });
    let tool = json!({"namespace": "the-weather", "name": "temperature", "inputSchema": schema,
        "outputSchema": {"type": "number"}, "description": "Measures."});
    let namespaces = json!({"the-weather": "All about it."});
    let modules = json!({"half.ts": "export default (x: number) => x / 2"});
    let params = json!({"tools": [tool], "namespaces": namespaces, "modules": modules});
    let made = host.request("createTool", &params);
    let declarations = made["declarations"].as_str().expect("declarations");
    for expected in ["All about it.", "Measures.", "const the_weather", "Promise<number>"] {
        assert!(declarations.contains(expected), "{declarations}");
    }
    assert!(made["description"].as_str().is_some_and(|it| it.contains(declarations)));
    let path = json!([{"namespace": "the-weather", "name": "temperature", "path": "the_weather.temperature"}]);
    assert_eq!(made["tools"], path);

    let code = "import half from 'half.ts';\nconsole.warn('hello');\nhalf(await the_weather.temperature({ city: 'Rome' }))";
    let id = host.begin("execute", &json!({"tool": made["tool"], "code": code}));
    let asked = host.asked("callTool");
    let params = &asked["params"];
    assert_eq!(
        [&params["tool"], &params["run"], &params["call"], &params["namespace"], &params["name"]],
        [&made["tool"], &json!(id), &json!(0), &json!("the-weather"), &json!("temperature")]
    );
    assert_eq!(params["arguments"], json!({"city": "Rome"}));
    assert!(params["idempotencyKey"].as_str().is_some_and(|key| key.ends_with("-0")), "{params}");
    host.reply(&asked, &json!({"value": 42}));
    let result = host.result(id);
    assert_eq!((&result["outcome"], &result["result"]), (&json!("ok"), &json!(21)), "{result}");
    assert_eq!(result["logs"], json!([{"level": "warn", "message": "hello"}]));
    let call = json!({"namespace": "the_weather", "tool": "temperature",
        "arguments": {"city": "Rome"}, "outcome": "done", "value": 42});
    assert_eq!((&result["calls"], &result["callsMade"]), (&json!([call]), &json!(1)));
    assert!(result["usage"]["fuel"].as_u64().is_some_and(|fuel| fuel > 0), "{result}");
    assert_eq!(result["text"], "21\n\nconsole:\n[warn] hello");
    assert_eq!(host.end(), (Some(0), String::new()));
}

#[test]
fn two_runs_at_once_get_answers_in_any_order() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({}));
    let code = "const [a, b] = await Promise.all([t.one({ n: 1 }), t.two({ n: 2 })]); [a, b]";
    let first = host.execute(&tool, code);
    let id = json!("second \"run\"");
    let params = json!({"tool": tool, "code": code});
    host.send(&json!({"jsonrpc": "2.0", "id": id, "method": "execute", "params": params}));
    let mut asked: Vec<_> = (0..4).map(|_| host.asked("callTool")).collect();
    let runs = |run: &Value| asked.iter().filter(|it| it["params"]["run"] == *run).count();
    assert_eq!((runs(&json!(first)), runs(&id)), (2, 2), "{asked:?}");
    asked.reverse();
    for call in asked {
        let (run, name) = (&call["params"]["run"], &call["params"]["name"]);
        let value = format!("{run} {name}");
        host.reply(&call, &json!({"value": value}));
    }
    let result = host.result(first);
    assert_eq!(result["result"], json!([format!("{first} \"one\""), format!("{first} \"two\"")]));
    let answer = host.receive(|it| it["id"] == id);
    assert_eq!(answer["result"]["result"][1], format!("{id} \"two\""));
}

#[test]
fn a_program_that_fails_has_a_result() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({"fuel": 50_000_000, "resultBytes": 10}));
    let mut outcome = |code: &str| {
        let id = host.execute(&tool, code);
        host.result(id)
    };
    let result = outcome("const x = 1;\nx.y.z");
    assert_eq!((&result["outcome"], &result["error"]["line"]), (&json!("exception"), &json!(2)));
    assert!(result.get("result").is_none(), "{result}");
    assert!(result["error"]["frame"].as_str().is_some_and(|it| it.contains("x.y.z")), "{result}");
    assert!(result["text"].as_str().is_some_and(|it| it.starts_with("TypeError: ")), "{result}");
    assert_eq!(outcome("while (true) {}")["outcome"], "exceededCpu");
    assert_eq!(outcome("const const")["outcome"], "loadFailed");
    let long = outcome("'x'.repeat(100)");
    assert_eq!((&long["outcome"], &long["isCut"]), (&json!("ok"), &json!(true)));
    assert_eq!(outcome("'x'.repeat(8)")["isCut"], false);
    let unknown = outcome("await t.onne({})");
    assert!(unknown["text"].as_str().is_some_and(|it| it.contains("did you mean t.one")));
}

#[test]
fn tools_that_fail_throw_in_the_program() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({}));
    let code =
        "try { return [await t.one()] } catch ({ name, message }) { return [name, message] }";
    let mut outcome = |answer: Value| {
        let id = host.execute(&tool, code);
        let asked = host.asked("callTool");
        let mut message = json!({"jsonrpc": "2.0", "id": asked["id"]});
        message
            .as_object_mut()
            .expect("an object")
            .extend(answer.as_object().expect("an object").clone());
        host.send(&message);
        host.result(id)["result"].take()
    };
    let thrown = outcome(json!({"error": {"code": 1, "message": "the disk is full"}}));
    assert_eq!(thrown, json!(["ToolError", "the disk is full"]));
    assert_eq!(outcome(json!({"result": {"value": null}})), json!([null]));
    assert_eq!(outcome(json!({"result": {}})), json!([null]));
    for wrong in
        [json!({"result": {"valeu": 1}}), json!({"result": 1}), json!({"result": null}), json!({})]
    {
        let thrown = outcome(wrong);
        assert!(thrown[1].as_str().is_some_and(|it| it.contains("answer of the host")), "{thrown}");
    }
}

#[test]
fn the_host_decides_about_calls() {
    let mut host = Host::new(&[]);
    let tools = json!([{"namespace": "t", "name": "one", "approve": true}, {"namespace": "t", "name": "two"}]);
    let tool = host.request("createTool", &json!({"tools": tools}))["tool"].take();
    let code = "const call = (it) => t.one({ it }).catch(({ name, message }) => [name, message]);
        const all = Promise.all([call('yes'), call('no'), call('never'), call('error')]);
        [await t.two({}), await all]";
    let id = host.begin("execute", &json!({"tool": tool, "code": code}));
    let asked: Vec<_> = (0..4).map(|_| host.asked("approve")).collect();
    // The others go on while these wait.
    let two = host.asked("callTool");
    assert_eq!(two["params"]["name"], "two");
    host.reply(&two, &json!({"value": 2}));
    for call in asked {
        match call["params"]["arguments"]["it"].as_str() {
            Some("yes") => host.reply(&call, &json!({"approved": true})),
            Some("no") => host.reply(&call, &json!({"approved": false, "reason": "not today"})),
            Some("never") => host.reply(&call, &json!({"approved": false})),
            _ => host.reply(&call, &json!({"approved": "yes"})),
        }
    }
    let made = host.asked("callTool");
    assert_eq!(made["params"]["arguments"], json!({"it": "yes"}));
    host.reply(&made, &json!({"value": "made"}));
    let result = host.result(id);
    let all = &result["result"][1];
    assert_eq!(all[0], "made", "{result}");
    assert_eq!(all[1], json!(["RejectedError", "not today"]));
    assert_eq!(all[2][0], "RejectedError");
    assert_eq!(all[3][0], "RejectedError");
    assert_eq!(result["calls"][1]["outcome"], "refused");
}

#[test]
fn programs_of_a_session_share_their_variables() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({"fuel": 50_000_000}));
    let session = host.request("createSession", &json!({"tool": tool}))["session"].take();
    let other = host.request("createSession", &json!({"tool": tool}))["session"].take();
    let run = |host: &mut Host, session: &Value, code: &str| {
        host.request("execute", &json!({"session": session, "code": code}))
    };
    assert_eq!(run(&mut host, &session, "let n = 20")["sessionEnded"], false);
    assert_eq!(run(&mut host, &session, "n + 1")["result"], 21);
    assert_eq!(run(&mut host, &other, "typeof n")["result"], "undefined");
    let ended = run(&mut host, &session, "while (true) {}");
    assert_eq!((&ended["outcome"], &ended["sessionEnded"]), (&json!("exceededCpu"), &json!(true)));
    let params = json!({"session": session, "code": "1"});
    assert_eq!(host.error("execute", &params), -32_602);

    // A program that is cancelled ends its session, and one that waits behind another does not.
    let params = json!({"session": other, "code": "await t.one()"});
    let running = host.begin("execute", &params);
    host.asked("callTool");
    let waiting = host.begin("execute", &params);
    host.cancel(waiting);
    assert_eq!(host.answer(waiting)["error"]["code"], -32_800);
    host.cancel(running);
    assert_eq!(host.answer(running)["error"]["code"], -32_800);
    assert_eq!(host.error("execute", &params), -32_602);

    let third = host.request("createSession", &json!({"tool": tool}))["session"].take();
    let params = json!({"session": third, "code": "await t.two()"});
    let running = host.begin("execute", &params);
    assert_eq!(host.asked("callTool")["params"]["name"], "two");
    assert_eq!(host.request("closeSession", &json!({"session": third})), json!({}));
    assert_eq!(host.answer(running)["error"]["code"], -32_800);
    assert_eq!(host.error("closeSession", &json!({"session": third})), -32_602);
}

#[test]
fn a_request_can_be_cancelled() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({"fuel": i64::MAX, "wallMs": 86_400_000}));
    // In the middle of a loop.
    let id = host.execute(&tool, "await t.one(); while (true) {}");
    let asked = host.asked("callTool");
    host.reply(&asked, &json!({}));
    host.cancel(id);
    assert_eq!(host.answer(id)["error"]["code"], -32_800);
    // While it waits for a call, of which the host hears.
    let id = host.execute(&tool, "await t.two()");
    let asked = host.receive(|it| it["method"] == "callTool" && it["params"]["name"] == "two");
    host.cancel(id);
    assert_eq!(host.answer(id)["error"]["code"], -32_800);
    let heard = host.receive(|it| it["method"] == "cancel" && it["params"]["id"] == asked["id"]);
    assert!(heard.get("id").is_none(), "{heard}");
    // A late answer, and one that nobody has asked for.
    host.reply(&asked, &json!({"value": 1}));
    host.reply(&json!({"id": 1_000_000}), &json!({"value": 1}));
    host.cancel(id);
    host.cancel(999);
    // The identifier is free again.
    host.send(&json!({"jsonrpc": "2.0", "id": id, "method": "execute", "params": {"tool": tool, "code": "5"}}));
    assert_eq!(host.result(id)["result"], 5);
    // Closing the tool cancels its programs.
    let id = host.execute(&tool, "while (true) {}");
    assert_eq!(host.request("closeTool", &json!({"tool": tool})), json!({}));
    assert_eq!(host.answer(id)["error"]["code"], -32_800);
    assert_eq!(host.error("execute", &json!({"tool": tool, "code": "1"})), -32_602);
    assert_eq!(host.error("closeTool", &json!({"tool": tool})), -32_602);
    assert_eq!(host.end().0, Some(0));
}

#[test]
fn requests_before_the_end_of_the_input_are_answered() {
    let mut host = Host::new(&[]);
    let tool = host.tool(&json!({}));
    let made = host.begin("createTool", &json!({"tools": [{"namespace": "a", "name": "b"}]}));
    let run = host.execute(&tool, "await t.one()");
    host.close_input();
    assert!(host.result(made)["tool"].is_string());
    assert_eq!(host.answer(run)["error"]["code"], -32_800);
    assert_eq!(host.exit(), (Some(0), String::new()));
}

#[test]
fn programs_end_with_the_host() {
    for code in ["await t.one({}); while (true) {}", "await t.one({}); await t.two({})"] {
        let mut host = Host::new(&[]);
        let tool = host.tool(&json!({"fuel": i64::MAX, "wallMs": 86_400_000}));
        host.execute(&tool, code);
        let asked = host.asked("callTool");
        host.reply(&asked, &json!({}));
        assert_eq!(host.end(), (Some(0), String::new()));
    }
}

#[test]
#[cfg(unix)]
fn signals_end_the_command() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::INT, Signal::TERM] {
        let mut host = Host::new(&[]);
        let tool = host.tool(&json!({"fuel": i64::MAX, "wallMs": 86_400_000}));
        host.execute(&tool, "await t.one({}); while (true) {}");
        let asked = host.asked("callTool");
        host.reply(&asked, &json!({}));
        let process = i32::try_from(host.process()).ok().and_then(Pid::from_raw);
        kill_process(process.expect("a process"), signal).expect("a signal");
        assert_eq!(host.exit(), (Some(0), String::new()));
    }
}
