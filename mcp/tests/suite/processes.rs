//! Servers that are processes.

use std::time::Duration;

use isolet_mcp::{Limits, Pins};
use serde_json::json;

use crate::{Events, World, process, start};

/// The maximum time of a wait. A test that takes longer hangs, and no test comes near it.
const PATIENCE: Duration = Duration::from_mins(1);

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
    // Nothing listens there any more.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = World::new(json!({
        "a": {"command": "/nonexistent/command"},
        "b": process("dies"),
        "c": {"url": format!("http://{free}/mcp")},
        "d": process("new"),
    }))
    .await;
    let lines = world.events.lines();
    let has = |start: &str| assert!(lines.iter().any(|it| it.starts_with(start)), "{lines:?}");
    has("a: the command /nonexistent/command does not start: ");
    has("b: it has ended");
    has(&format!("c: http://{free}: Client error: Connection refused"));
    has("d: connected, 9 tools");
    assert_eq!(world.value("return await d.echo({\"x\": 1})").await, json!({"x": 1}));

    let events = Events::default();
    let options = events.options(Limits::default(), Pins::new());
    let error = start(json!({"a": {"command": "/nonexistent/command"}}), options).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("no MCP server can be used:\na: the command /nonexistent/command does"),
        "{error}"
    );
}

#[tokio::test]
async fn processes_end_with_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ended");
    // A server that has a child of its own, whose number the file has.
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
    // If nobody waits for orphans, an ended one stays as a zombie.
    let is_zombie = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero()));
        stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|it| it.starts_with(" Z")))
    };
    let ended = async {
        while rustix::process::test_kill_process(child).is_ok() && !is_zombie() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
}
