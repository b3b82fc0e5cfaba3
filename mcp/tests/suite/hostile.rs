//! Servers that do what they should not.

use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use isolet_mcp::{Limits, Pins};
use serde_json::{Value, json};

use crate::peer::{NEW, Peer, tool};
use crate::{World, process, text};

/// Speaks the protocol of 2025 by hand, and misbehaves when its tool is called.
pub(crate) fn serve_by_hand(mode: &str) {
    if mode == "dies" {
        return;
    }
    let mut out = std::io::stdout();
    let mut write = |message: Value| {
        writeln!(out, "{message}").unwrap();
    };
    for line in std::io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if mode == "silent" {
            continue;
        }
        let id = message["id"].clone();
        let answer = |result: Value| json!({"jsonrpc": "2.0", "id": id, "result": result});
        match message["method"].as_str().unwrap_or_default() {
            "initialize" => write(answer(json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {"listChanged": true}},
                "serverInfo": {"name": "hand", "version": "1"},
            }))),
            "tools/list" if mode == "endless" => {
                write(answer(json!({"tools": [], "nextCursor": "x"})));
            }
            "tools/list" => {
                write(answer(
                    json!({"tools": [{"name": "act", "inputSchema": {"type": "object"}}]}),
                ));
            }
            "tools/call" => match mode {
                "huge" => write(answer(
                    json!({"content": [{"type": "text", "text": "x".repeat(1 << 20)}]}),
                )),
                "flood" => {
                    for n in 0..20_000 {
                        write(json!({"jsonrpc": "2.0", "method": "notifications/progress",
                            "params": {"progressToken": n, "progress": n}}));
                        write(
                            json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}),
                        );
                    }
                    write(answer(json!({"content": [{"type": "text", "text": "done"}]})));
                }
                // Asks without end, and never reads an answer.
                "deaf" => {
                    for n in 0..20_000 {
                        write(json!({"jsonrpc": "2.0", "id": n, "method": "ping"}));
                    }
                    loop {
                        std::thread::park();
                    }
                }
                // Asks as often, and reads.
                "asks" => {
                    for n in 0..200 {
                        write(json!({"jsonrpc": "2.0", "id": n, "method": "ping"}));
                    }
                    write(answer(json!({"content": [{"type": "text", "text": "done"}]})));
                }
                "wrong" => {
                    write(json!({"jsonrpc": "2.0", "id": 4_242, "result": {"content": []}}));
                    write(answer(json!({"content": "not a list"})));
                }
                _ => {}
            },
            "server/discover" => write(json!({"jsonrpc": "2.0", "id": id,
                "error": {"code": -32_601, "message": "Method not found"}})),
            _ => {}
        }
    }
}

fn limits() -> Limits {
    let (start_time, call_time) = (Duration::from_secs(20), Duration::from_secs(6));
    Limits { start_time, call_time, message_bytes: 64 << 10, ..Limits::default() }
}

/// Each fault ends its own call, and the other server works on.
#[tokio::test]
async fn faults_end_their_call_alone() {
    let world = World::with(
        json!({
            "hangs": process("hangs"),
            "huge": process("huge"),
            "flood": process("flood"),
            "wrong": process("wrong"),
            "good": process("new"),
        }),
        limits(),
        Pins::new(),
    )
    .await;
    let (hangs, huge, flood, wrong, good) = tokio::join!(
        world.error("return await hangs.act({})"),
        world.error("return await huge.act({})"),
        world.run("return await flood.act({})"),
        world.error("return await wrong.act({})"),
        world.value("return await good.echo({\"x\": 1})"),
    );
    assert_eq!(hangs, "server hangs: no answer within 6s");
    assert_eq!(huge, "server huge: no answer within 6s");
    assert!(
        flood["result"] == "done"
            || flood["error"]["message"] == "server flood: no answer within 6s"
    );
    assert!(wrong.starts_with("server wrong: "), "{wrong}");
    assert_eq!(good, json!({"x": 1}));
    assert_eq!(world.value("return await good.echo({\"x\": 2})").await, json!({"x": 2}));
}

/// Messages that a server does not read do not pile up.
#[tokio::test]
async fn a_server_that_does_not_read_is_left() {
    let limits = Limits { call_time: Duration::from_hours(1), ..limits() };
    let servers = json!({"deaf": process("deaf"), "asks": process("asks")});
    let world = World::with(servers, limits, Pins::new()).await;
    let error = world.error("return await deaf.act({})").await;
    assert_eq!(error, "server deaf: it has ended before it answered");
    assert_eq!(world.value("return await asks.act({})").await, "done");
}

/// One server, or many, cannot make the catalog too large.
#[tokio::test]
async fn all_servers_together_have_so_many_tools() {
    let peer = |names: &[&str]| {
        Peer::with_tools(NEW, names.iter().map(|name| tool(name, "A tool.")).collect())
    };
    let (a, b) = (peer(&["one", "two"]), peer(&["one", "two"]));
    let servers = json!({"a": {"url": a.over_http().await}, "b": {"url": b.over_http().await}});
    let reason = "left out: all servers together have too many tools, or too long definitions";
    for (all_tools, left_out) in [(4, None), (3, Some("b: 1 tools")), (1, Some("a: 1 tools"))] {
        let limits = Limits { all_tools, ..Limits::default() };
        let world = World::with(servers.clone(), limits, Pins::new()).await;
        let lines = world.events.lines();
        let found: Vec<_> = lines.iter().filter(|line| line.ends_with(reason)).collect();
        assert_eq!(found.first().map(|line| line.split(" left").next().unwrap()), left_out);
        assert_eq!(world.value("return await a.one({})").await, json!({"called": "one"}));
        let last = world.run("return await b.two({})").await;
        assert_eq!(last.get("error").is_none(), left_out.is_none(), "{last}");
    }
    let limits = Limits { all_definition_bytes: 100, ..Limits::default() };
    let world = World::with(servers, limits, Pins::new()).await;
    assert!(world.events.lines().iter().any(|line| line.ends_with(reason)));
}

#[tokio::test]
async fn servers_that_never_get_ready() {
    let limits = Limits { start_time: Duration::from_secs(6), ..limits() };
    let servers =
        json!({"silent": process("silent"), "endless": process("endless"), "good": process("new")});
    let world = World::with(servers, limits, Pins::new()).await;
    let lines = world.events.lines();
    let late = "silent: it has not started and listed its tools within 6s".to_owned();
    assert!(lines.contains(&late), "{lines:?}");
    // A list without an end has nothing in it after a thousand pages.
    let endless = |line: &String| {
        line == "endless: connected, 0 tools" || line.starts_with("endless: it has not started")
    };
    assert!(lines.iter().any(endless), "{lines:?}");
    assert_eq!(world.value("return await good.echo({})").await, json!({}));
}

#[tokio::test]
async fn garbage_on_the_standard_streams() {
    let world = World::with(json!({"a": process("garbage")}), limits(), Pins::new()).await;
    assert_eq!(world.value("return await a.echo({\"x\": 1})").await, json!({"x": 1}));
    world.events.wait("xxx").await;
    let lines = world.events.lines();
    assert!(lines.contains(&"a | warn\\u001b[31m\\u202e".to_owned()), "{lines:?}");
    assert!(lines.iter().all(|line| line.len() < 1_100), "{lines:?}");
}

/// Names that programs could not use and text that deceives reach neither the program nor the
/// model.
#[tokio::test]
async fn deceptive_definitions() {
    let tools = vec![
        tool("__proto__", "x"),
        tool("read-file", "Reads.\u{1b}[2J\u{202e} */ } declare const evil: 1"),
        tool("then", "x"),
        tool("echo", "twice"),
        tool("echo", "twice, but other"),
    ];
    let peer = Peer::with_tools(NEW, tools);
    let world = World::new(json!({"a-b": {"url": peer.over_http().await}})).await;
    world.events.wait("echo left out: the server lists it twice").await;
    let listed = world.client.service.list_all_tools().await.unwrap();
    let found = world.client.call("search_tools", json!({"query": "read"})).await;
    for shown in [listed[0].description.as_deref().unwrap(), &text(&found)] {
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    }
}
