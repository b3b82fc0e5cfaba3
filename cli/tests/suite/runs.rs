//! `isolet runs`, and what `isolet mcp --runs` records.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};

use crate::folder::{Folder, Said, said};
use crate::mcp::{Client, mcp};

const SERVER: [&str; 4] = ["--config", "config.json", "--runs", "runs"];

/// Returns a folder with the configuration of one server, `inner`, whose calls need approval if they
/// run `risk`.
fn folder(name: &str) -> Folder {
    let inner = json!({
        "command": env!("CARGO_BIN_EXE_isolet"),
        "args": ["mcp", "--config", "empty.json"],
    });
    let config = json!({
        "mcpServers": {"inner": inner},
        "approve": [{"tool": "inner.run_code", "when": {"code": "risk"}}],
    });
    Folder::new(name)
        .file("empty.json", "{\"mcpServers\": {}}")
        .file("config.json", config.to_string())
}

fn runs(folder: &Folder, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.arg("runs").args(arguments).args(["--runs", "runs"]).current_dir(folder.path());
    command.env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE");
    said(&mut command)
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let said = runs(folder, &[arguments, &["--json"]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    serde_json::from_str(&said.out).expect("JSON")
}

#[test]
fn runs_are_shown_while_the_server_runs_and_after() {
    let folder = folder("runs-shown");
    let mut client = Client::new(&folder, &SERVER);
    client.run("const a = '\u{202e}';\nawait inner.run_code({ code: '1 + 1' }); return 'two'");
    client.run("throw new Error('no')");
    let check = |folder: &Folder| {
        let listed = json(folder, &["list"]);
        let states = listed.as_array().expect("a list").iter().map(|run| &run["state"]);
        assert_eq!(states.collect::<Vec<_>>(), ["failed", "returned"]);
        let id = listed[1]["id"].as_str().expect("an id");
        let shown = json(folder, &["show", id]);
        assert_eq!(shown["effects"][0]["state"], "done", "{shown}");
        assert_eq!(shown["effects"][0]["arguments"]["text"], "{\"code\":\"1 + 1\"}");
        assert_eq!(shown["durability"], "effects");
        let page = runs(folder, &["show", id]).out;
        for text in ["state returned", "| const a = '\\u{202e}';\n| await", "inner.run_code: done"]
        {
            assert!(page.contains(text), "{text:?} is not in {page}");
        }
        assert!(runs(folder, &["list"]).out.contains("const a = '\\u{202e}';"));
        assert!(runs(folder, &["show"]).out.contains("Error: no"));
        assert_eq!(json(folder, &["list", "--limit", "1"]).as_array().map(Vec::len), Some(1));
    };
    check(&folder);
    assert_eq!(client.end(), Some(0));
    check(&folder);
    assert!(!folder.path().join("runs.sock").exists());
}

#[test]
fn a_person_decides_about_calls_that_wait() {
    let folder = folder("runs-approve");
    let mut client = Client::new(&folder, &SERVER);
    let program = "(await inner.run_code({ code: '1 + 1 // risk' })).result";
    let mut waits = || {
        let mut waiting = client.run(program)["structuredContent"]["waiting"].take();
        let call = waiting["calls"][0]["id"].as_str().expect("an id").to_owned();
        (waiting["run"].take(), call)
    };
    let (first, call) = waits();
    let waiting = json(&folder, &["waiting"]);
    assert_eq!((&waiting[0]["id"], &waiting[0]["run"]), (&json!(call), &first));
    let page = runs(&folder, &["waiting"]).out;
    assert!(page.contains("inner.run_code\n| {\"code\":\"1 + 1 // risk\"}"), "{page}");
    let (second, other) = waits();
    assert_eq!(runs(&folder, &["approve", &call]).code, Some(0));
    let rejected = runs(&folder, &["reject", &other, "--reason", "too risky"]);
    assert_eq!(rejected.code, Some(0));
    let mut wait = |run: &Value| {
        let arguments = json!({"name": "wait_run", "arguments": {"run": run}});
        client.request("tools/call", &arguments)["structuredContent"].take()
    };
    assert_eq!(wait(&first)["result"], 2);
    assert_eq!(wait(&second)["error"]["message"], "too risky");
    let _ = runs(&folder, &["approve", &call]).expect_failure(2, &["no call", "waits"]);
    assert_eq!(runs(&folder, &["waiting"]).out, "no call waits\n");
    client.end();
    let _ = runs(&folder, &["approve", &call]).expect_failure(2, &["no `isolet mcp` runs"]);
}

/// The page of `--approve-page`, whose address is on standard error.
#[test]
fn a_person_decides_on_the_page() {
    let folder = folder("runs-page");
    let (mut client, errors) =
        Client::with_errors(&folder, &[&SERVER[..], &["--approve-page"]].concat());
    let mut lines = errors.lines();
    let page = lines.find_map(|line| {
        let line = line.expect("a line");
        Some(line.split_once("approvals: http://")?.1.to_owned())
    });
    let page = page.expect("the page");
    let (host, query) = page.split_once('/').expect("an address");
    let token = query.strip_prefix("?token=").expect("a token");
    assert!(host.starts_with("127.0.0.1:") && token.len() == 32, "{page}");
    let send = |request: String| {
        let mut stream = TcpStream::connect(host).expect("a connection");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let get = |query: &str| send(format!("GET /{query} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    assert!(get("").starts_with("HTTP/1.1 403 "), "{}", get(""));
    assert!(get(query).contains("No call waits."));
    for (decision, expected) in [("approve", "2"), ("reject", "RejectedError")] {
        let program = "try { return `${(await inner.run_code({ code: '1 + 1 // risk' })).result}` } \
            catch (error) { return error.name }";
        let mut waiting = client.run(program)["structuredContent"]["waiting"].take();
        let call = waiting["calls"][0]["id"].as_str().expect("an id").to_owned();
        let shown = get(query);
        assert!(shown.contains("<h2>inner.run_code</h2>") && shown.contains(&call), "{shown}");
        let body = format!("token={token}&id={call}&decision={decision}");
        let post = |origin: &str| {
            let length = body.len();
            send(format!(
                "POST / HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Length: \
                 {length}\r\n\r\n{body}"
            ))
        };
        let refused = post("https://evil.example");
        assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
        let decided = post(&format!("http://{host}"));
        assert!(decided.starts_with("HTTP/1.1 303 "), "{decided}");
        let arguments = json!({"name": "wait_run", "arguments": {"run": waiting["run"].take()}});
        let result = client.request("tools/call", &arguments);
        assert_eq!(result["structuredContent"]["result"], expected, "{result}");
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn the_page_is_of_this_machine_and_needs_a_record() {
    let folder = folder("runs-page-wrong");
    let run = |arguments: &[&str]| -> Said { said(&mut mcp(&folder, arguments)) };
    let open = [&SERVER[..], &["--approve-page", "0.0.0.0:0"]].concat();
    let _ = run(&open).expect_failure(2, &["--approve-page", "of this machine"]);
    let without = ["--config", "config.json", "--approve-page"];
    let _ = run(&without).expect_failure(2, &["--runs"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let taken = [&SERVER[..], &["--approve-page", &address]].concat();
    let _ = run(&taken).expect_failure(2, &["--approve-page", &address]);
}

/// Calls of folders and operations of documents, which the configuration does not know.
#[test]
#[cfg(feature = "dir")]
fn flags_say_what_needs_approval() {
    let document = "openapi: 3.1.0\nservers: [{url: 'https://pets.example'}]\n\
        paths: {/pets: {get: {operationId: listPets}}}\n";
    let folder = Folder::new("runs-flags")
        .file("pets.yaml", document)
        .file("data/a.txt", "one")
        .file("config.json", "{\"mcpServers\": {}, \"approve\": [\"pets.list*\"]}");
    let mut client = Client::new(
        &folder,
        &[
            "--config",
            "config.json",
            "--openapi",
            "pets=pets.yaml",
            "--dir",
            "FILES=data",
            "--runs",
            "runs",
            "--durability",
            "none",
            "--approve",
            "FILES.write",
            "--approve",
            "{\"tool\": \"FILES.remove\", \"unless\": {\"path\": \"^b\"}}",
        ],
    );
    let program = "try { await pets.listPets() } catch (error) { return error.name }";
    let mut reject = |program: &str, shown: &str| {
        let mut waiting = client.run(program)["structuredContent"]["waiting"].take();
        let call = waiting["calls"][0]["id"].as_str().expect("an id").to_owned();
        let page = runs(&folder, &["waiting"]).out;
        assert!(page.contains(shown), "{page}");
        assert_eq!(runs(&folder, &["reject", &call]).code, Some(0));
        let arguments = json!({"name": "wait_run", "arguments": {"run": waiting["run"].take()}});
        client.request("tools/call", &arguments)["structuredContent"]["result"].take()
    };
    assert_eq!(reject(program, "pets.listPets"), "RejectedError");
    let program = "try { await FILES.write('a.txt', 'two') } catch (error) { return error.name }";
    let shown = "FILES.write\n| {\"path\":\"a.txt\",\"data\":\"two\"}";
    assert_eq!(reject(program, shown), "RejectedError");
    let free =
        client.run("await FILES.append('b.txt', 'x'); await FILES.remove('b.txt'); return 1");
    assert_eq!(free["structuredContent"]["result"], 1, "{free}");
    assert_eq!(client.end(), Some(0));
    let text = std::fs::read_to_string(folder.path().join("data/a.txt")).expect("a file");
    assert_eq!(text, "one");
    let listed = json(&folder, &["list"]);
    let shown = json(&folder, &["show", listed[0]["id"].as_str().expect("an id")]);
    assert_eq!(shown["durability"], "none");
    assert_eq!(shown["effects"][0]["arguments"]["text"], "{\"path\":\"b.txt\",\"data\":\"x\"}");
    assert!(runs(&folder, &["show"]).out.contains("durability none: nothing waited"));
}

/// Also of a server that is killed, and the next server goes on with the file.
#[test]
fn a_killed_server_leaves_a_record() {
    let folder = folder("runs-killed");
    let mut client = Client::new(&folder, &SERVER);
    let program = "await inner.run_code({ code: '1' }); await inner.run_code({ code: 'risk' })";
    let waiting = client.run(program)["structuredContent"]["waiting"].take();
    let id = waiting["run"].as_str().expect("an id");
    assert_eq!(json(&folder, &["show", id])["state"], "running");
    client.child.kill().expect("it is killed");
    client.child.wait().expect("it has ended");
    let check = || {
        let shown = json(&folder, &["show", id]);
        assert_eq!(shown["state"], "crashed");
        assert_eq!(shown["effects"][0]["state"], "done");
        assert_eq!(shown["effects"][1]["state"], "neverMade");
    };
    check();
    let page = runs(&folder, &["show", id]).out;
    assert!(page.contains("inner.run_code: never made"), "{page}");
    let mut next = Client::new(&folder, &SERVER);
    check();
    let arguments = json!({"name": "wait_run", "arguments": {"run": id}});
    assert_eq!(next.request("tools/call", &arguments)["isError"], true);
    assert_eq!(next.run("1")["structuredContent"]["result"], 1);
    next.end();
    assert_eq!(json(&folder, &["list"]).as_array().map(Vec::len), Some(2));
}

#[test]
fn wrong_input_is_named() {
    let folder = folder("runs-wrong").file("typo.json", {
        let servers = json!({"a": {"command": "x"}});
        json!({"mcpServers": servers, "approve": ["b.delete"]}).to_string()
    });
    let _ = runs(&folder, &["list"]).expect_failure(2, &["runs: "]);
    let _ = runs(&folder, &["show", "abc"]).expect_failure(2, &["32 hexadecimal digits"]);
    assert!(!folder.path().join("runs").exists());
    let start = |arguments: &[&str]| said(&mut mcp(&folder, arguments));
    let _ = start(&SERVER[..2]).expect_failure(2, &["`approve` in --config needs --runs FILE"]);
    let typo = ["--config", "typo.json", "--runs", "other"];
    let _ = start(&typo).expect_failure(2, &["rule 1", "b.delete"]);
    let durability = [&SERVER[..], &["--durability", "some"]].concat();
    let _ = start(&durability).expect_failure(2, &["effects", "runs", "none"]);
    let _ = start(&["--config", "empty.json", "--approve", "a.*"]).expect_failure(2, &["--runs"]);
    for rule in ["a.*", "{", "{\"tools\": \"*\"}"] {
        let approve = ["--config", "empty.json", "--runs", "other", "--approve", rule];
        let _ = start(&approve).expect_failure(2, &["`approve`"]);
    }
    let _ = start(&["--config", "empty.json", "--runs", "empty.json"])
        .expect_failure(2, &["empty.json: "]);
    let client = Client::new(&folder, &SERVER);
    let _ = start(&SERVER).expect_failure(2, &["another process records its runs there"]);
    let id = "0".repeat(32);
    let _ = runs(&folder, &["show", &id]).expect_failure(2, &["there is no run", &id]);
    let _ = runs(&folder, &["show"]).expect_failure(2, &["there is no run"]);
    client.end();
    let folder = folder.file("runs", "no record");
    let _ = runs(&folder, &["list"]).expect_failure(2, &["runs: "]);
}
