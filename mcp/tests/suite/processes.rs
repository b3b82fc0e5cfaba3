//! Servers that are processes.

use isolet_mcp::{Limits, Pins};
use serde_json::json;

use crate::{Events, World, process, start};

#[tokio::test]
async fn the_environment_is_what_is_named() {
    let mut server = process("new");
    server["env"]["KEY"] = "value".into();
    let world = World::new(json!({"a": server})).await;
    let environment = world.value("return await a.environment({})").await;
    assert_eq!(environment, json!({"KEY": "value", "PEER": "new"}));
}

#[tokio::test]
async fn a_server_that_has_ended_is_started_again() {
    let world = World::new(json!({"a": process("old"), "b": process("new")})).await;
    for server in ["a", "b"] {
        let error = world.error(&format!("return await {server}.exit({{}})")).await;
        assert_eq!(error, format!("server {server}: it has ended before it answered"));
        let code = format!("return await {server}.echo({{\"x\": 1}})");
        assert_eq!(world.value(&code).await, json!({"x": 1}));
    }
}

#[tokio::test]
async fn servers_that_do_not_start_are_left_out() {
    let world = World::new(json!({
        "a": {"command": "/nonexistent/command"},
        "b": process("dies"),
        "c": {"url": "http://127.0.0.1:1/mcp"},
        "d": process("new"),
    }))
    .await;
    let lines = world.events.lines();
    let has = |start: &str| assert!(lines.iter().any(|it| it.starts_with(start)), "{lines:?}");
    has("a: the command does not start: ");
    has("b: it has ended");
    has("c: Client error: Connection refused");
    has("d: connected, 9 tools");
    assert_eq!(world.value("return await d.echo({\"x\": 1})").await, json!({"x": 1}));

    let events = Events::default();
    let options = events.options(Limits::default(), Pins::new());
    let error = start(json!({"a": {"command": "/nonexistent/command"}}), options).await;
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("no MCP server can be used:\na: the command does not"), "{error}");
}

#[tokio::test]
async fn processes_end_with_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ended");
    // A server that has a child of its own, which holds the file's lock while it lives.
    let script = format!(
        "(trap '' TERM; exec sleep 1000) & echo $! > '{}'; exec \"$0\" \"$@\"",
        file.display()
    );
    let peer = process("new");
    let mut args = vec![json!("-c"), json!(script), peer["command"].clone()];
    args.extend(peer["args"].as_array().unwrap().iter().cloned());
    let server = json!({"command": "/bin/sh", "args": args, "env": {"PEER": "new", "PATH": "/bin:/usr/bin"}});
    let world = World::new(json!({"a": server})).await;
    assert_eq!(world.value("return await a.echo({})").await, json!({}));
    let child: i32 = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
    let child = rustix::process::Pid::from_raw(child).unwrap();
    rustix::process::test_kill_process(child).unwrap();
    drop(world);
    // Fails by the time limit of the test run.
    while rustix::process::test_kill_process(child).is_ok() {
        tokio::task::yield_now().await;
    }
}
