//! Programs that call tools, and what the client gets.

use rmcp::ClientLifecycleMode;
use serde_json::json;

use crate::peer::{NEW, OLD, Peer, tool};
use crate::{Client, World, modern, process, text};

/// The client and the upstream server each speak the protocol of 2025 and that of 2026.
#[tokio::test]
async fn both_protocols_on_both_sides() {
    let (old, new) = (Peer::new(OLD), Peer::new(NEW));
    let world = World::new(json!({
        "a": {"url": old.over_http().await},
        "b": {"url": new.over_http().await},
        "c": process("old"),
        "d": process("new"),
    }))
    .await;
    for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
        let client = Client::new(&world.server, lifecycle).await;
        let names: Vec<_> = client.service.list_all_tools().await.unwrap();
        let names: Vec<_> = names.iter().map(|tool| tool.name.as_ref()).collect();
        assert_eq!(names, ["run_code", "search_tools", "describe_tool"]);
        for server in ["a", "b", "c", "d"] {
            let code = format!("return await {server}.echo({{\"x\": [1, null]}})");
            let result = client.call("run_code", json!({"code": code})).await;
            assert_eq!(text(&result), r#"{"x":[1,null]}"#);
            let structured = result.structured_content.unwrap();
            assert_eq!(structured["result"], json!({"x": [1, null]}));
            let calls = json!([{"tool": format!("{server}.echo"), "status": "done"}]);
            assert_eq!(structured["calls"], calls);
        }
    }
    world.client.service.cancel().await.unwrap();
    world.client.serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn content_is_carried() {
    let peer = Peer::new(NEW);
    let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
    // Text that is JSON stays text.
    assert_eq!(world.value("return await a.text({})").await, "{\"not\": \"parsed\"}");
    let result = world.client.call("run_code", json!({"code": "return await a.media({})"})).await;
    assert_eq!(result.is_error, Some(false));
    assert_eq!(result.content[0].as_text().unwrap().text, "a picture");
    let image = result.content[1].as_image().unwrap();
    assert_eq!((image.data.as_str(), image.mime_type.as_str()), ("iVBORw==", "image/png"));
}

#[tokio::test]
async fn errors_say_what_has_happened() {
    let peer = Peer::new(NEW);
    let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
    let code = "await a.echo({\"x\": 1});\nreturn await a.fail({})";
    let result = world.client.call("run_code", json!({"code": code})).await;
    assert_eq!(result.is_error, Some(true));
    let text = text(&result);
    assert!(text.contains("no such file: a.txt"), "{text}");
    let calls = "- a.echo({\"x\":1}) returned {\"x\":1}\n- a.fail({}) failed: no such file: a.txt";
    assert!(text.contains(calls), "{text}");
    let structured = result.structured_content.unwrap();
    assert_eq!(structured["calls"][1], json!({"tool": "a.fail", "status": "failed"}));
    assert!(structured.get("result").is_none());
    assert_eq!(world.error("return await a.fault({})").await, "out of order");
    assert!(world.error("return await b.x({})").await.contains("not defined"));
}

/// A result that is not as its tool declares it is an error, and the next call works.
#[tokio::test]
async fn structured_results_are_checked() {
    let with_output = |name: &str| {
        let schema =
            json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
        let mut tool = tool(name, "A tool.");
        tool.output_schema = schema.as_object().cloned().map(std::sync::Arc::new);
        tool
    };
    let names = ["echo", "text", "fail"];
    let peer = Peer::with_tools(NEW, names.iter().map(|name| with_output(name)).collect());
    let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
    assert_eq!(world.value("return await a.echo({n: 1})").await, json!({"n": 1}));
    let error = world.error("return await a.echo({n: 'x'})").await;
    assert!(error.starts_with("a.echo: output.n must be an integer, but is a string"), "{error}");
    // The protocol wants structured content of such tools.
    let error = world.error("return await a.text({})").await;
    assert!(error.starts_with("a.text: output must be an object, but is a string"), "{error}");
    assert_eq!(world.error("return await a.fail({})").await, "no such file: a.txt");
    assert_eq!(world.value("return await a.echo({n: 2})").await, json!({"n": 2}));
}

#[tokio::test]
async fn wrong_requests() {
    let peer = Peer::new(NEW);
    let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
    for (name, reason) in
        [("run_code", "code"), ("search_tools", "query"), ("describe_tool", "name")]
    {
        let result = world.client.call(name, json!({"x": 1})).await;
        assert_eq!(result.is_error, Some(true));
        assert_eq!(text(&result), format!("The argument `{reason}` must be a string."));
    }
    let result = world.client.call("run_code", json!({"code": "return 1", "session": 1})).await;
    assert_eq!(text(&result), "The argument `session` must be a string.");
    for limit in [json!(0), json!(-1), json!("1")] {
        let arguments = json!({"query": "echo", "limit": limit});
        let result = world.client.call("search_tools", arguments).await;
        assert_eq!(text(&result), "The argument `limit` must be an integer above 0.");
    }
    let unknown = world.client.service.call_tool(crate::params("a.echo", &json!({}))).await;
    assert!(unknown.unwrap_err().to_string().contains("no such tool"));
    let result = world.client.call("describe_tool", json!({"name": "a.none"})).await;
    assert_eq!(result.is_error, Some(true));
}

#[tokio::test]
async fn calls_run_at_the_same_time() {
    let peer = Peer::new(OLD);
    let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
    let run = || world.value("return await a.together({})");
    let (a, b, c) = tokio::join!(run(), run(), run());
    assert_eq!([a, b, c], ["done", "done", "done"]);
}

/// A request that is cancelled ends the run, and with it the calls of the run.
#[tokio::test]
async fn cancelling_reaches_the_upstream_server() {
    for versions in [OLD, NEW] {
        let peer = Peer::new(versions);
        let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
        for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
            let client = Client::new(&world.server, lifecycle).await;
            let call = client.call("run_code", json!({"code": "return await a.wait({})"}));
            tokio::select! {
                _ = call => panic!("it ends"),
                () = peer.waiting.notified() => {}
            }
            peer.cancelled.notified().await;
        }
        // So does a client that goes away.
        let call = world.value("return await a.wait({})");
        tokio::select! {
            _ = call => panic!("it ends"),
            () = peer.waiting.notified() => {}
        }
        world.client.service.cancel().await.unwrap();
        peer.cancelled.notified().await;
        world.client.serving.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn programs_of_a_session_share_their_variables() {
    let peer = Peer::new(NEW);
    let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
    let run = async |code: &str, session: &str| {
        let arguments = json!({"code": code, "session": session});
        let result = world.client.call("run_code", arguments).await;
        result.structured_content.clone().unwrap_or_else(|| json!(text(&result)))
    };
    let first = run("const x = await a.echo({\"n\": 1});", "new").await;
    let handle = first["session"].as_str().unwrap().to_owned();
    let other = run("let y = 2", "new").await["session"].as_str().unwrap().to_owned();
    assert_ne!(handle, other);
    assert_eq!(run("x.n + 1", &handle).await["result"], json!(2));
    assert_eq!(run("typeof x", &other).await["result"], json!("undefined"));
    let unknown = run("x", "0123").await;
    assert!(unknown.as_str().unwrap().contains("There is no such session"), "{unknown}");
}
