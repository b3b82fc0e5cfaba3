//! Folders and other objects of the host: what needs approval, and what the tools of a model say of
//! them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use isolet::code_mode::Approval;
use isolet::{Capability, DirOptions, Directory, Stub};
use isolet_mcp::{HostObject, Limits, Pins, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Client, ClientLifecycleMode, Events, start_with, text};

/// Counts what it is handed.
struct Counter;

#[isolet::capability(name = "Counter")]
impl Counter {
    /// Counts folders.
    pub async fn count(&self, folders: BTreeMap<String, Stub>) -> usize {
        folders.len()
    }
}

fn object(name: &str, type_name: &str, it: impl Capability, read_only: &[&str]) -> HostObject {
    HostObject {
        name: name.to_owned(),
        interface: it.declaration().unwrap().replace("export ", ""),
        stub: Stub::new(it),
        type_name: type_name.to_owned(),
        read_only: read_only.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// A server with a folder `FILES`, the same folder as `OTHER`, and `COUNT`.
struct World {
    server: Arc<Server>,
    client: Client,
    folder: TempDir,
}

async fn start(rules: Value) -> isolet_mcp::Result<(Server, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let directory = || Directory::open(folder.path(), DirOptions::new()).unwrap();
    let (waiting_time, hold_time) = (Duration::ZERO, Duration::ZERO);
    let limits = Limits { waiting_time, hold_time, ..Limits::default() };
    let mut options = Events::default().options(limits, Pins::new());
    let reads = ["readText", "exists", "dir"];
    options.objects = vec![
        object("FILES", "Directory", directory(), &reads),
        object("OTHER", "Directory", directory(), &reads),
        object("COUNT", "Counter", Counter, &["count"]),
    ];
    let server = start_with(json!({"mcpServers": {}, "approve": rules}), options).await?;
    Ok((server, folder))
}

impl World {
    async fn new(rules: Value) -> Self {
        let (server, folder) = start(rules).await.unwrap();
        let server = Arc::new(server);
        let client = Client::new(&server, ClientLifecycleMode::Initialize).await;
        Self { server, client, folder }
    }

    /// Runs a program, and decides about the calls that wait: rejects them, or approves them.
    /// Returns the calls and the result.
    async fn run(&self, code: &str, decision: Approval) -> (Vec<String>, Value) {
        let mut calls = Vec::new();
        let result = self.client.call("run_code", json!({"code": code})).await;
        let mut result = result.structured_content.unwrap();
        let run = result["waiting"]["run"].clone();
        while result.get("waiting").is_some() {
            for call in self.server.waiting() {
                calls.push(format!("{}.{}({})", call.server, call.tool, call.arguments));
                assert!(self.server.decide(&call.id, decision.clone()));
            }
            let next = self.client.call("wait_run", json!({"run": run})).await;
            result = next.structured_content.unwrap();
        }
        (calls, result)
    }

    /// Runs a program whose calls wait, rejects them, and returns the first.
    async fn first(&self, code: &str) -> String {
        let code = format!("try {{ return await {code} }} catch (error) {{ return error.name }}");
        let (calls, result) = self.run(&code, Approval::Rejected("no".to_owned())).await;
        assert_eq!(result["result"], "RejectedError", "{code}: {result}");
        calls.into_iter().next().unwrap_or_default()
    }

    /// Runs a program whose calls do not wait.
    async fn free(&self, code: &str) -> Value {
        let (calls, mut result) = self.run(code, Approval::Rejected("no".to_owned())).await;
        assert_eq!(calls, [] as [&str; 0], "{code}");
        result["result"].take()
    }

    fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(path)).ok()
    }
}

#[tokio::test]
async fn rules_name_methods_and_their_parameters() {
    let rule = json!({"tool": "FILES.write", "unless": {"path": "^tmp/[a-z]+$"}});
    let world = World::new(json!([rule])).await;
    let harmless = "await FILES.mkdir('tmp'); await FILES.write('tmp/a', 'x');
        return await FILES.readText('tmp/a')";
    assert_eq!(world.free(harmless).await, "x");
    assert_eq!(
        world.first("FILES.write('b', 'y')").await,
        r#"FILES.write({"path":"b","data":"y"})"#
    );
    assert_eq!(world.read("b"), None);
    let (calls, result) =
        world.run("await FILES.write('b', 'z'); return 1", Approval::Approved).await;
    assert_eq!((calls.len(), &result["result"]), (1, &json!(1)));
    assert_eq!(world.read("b").as_deref(), Some("z"));
    // Another object has other rules.
    world.free("await OTHER.write('c', '1'); return 1").await;
}

/// No way to the same method goes around its rule.
#[tokio::test]
async fn rules_are_not_evaded() {
    let rule = json!({"tool": "FILES.write", "unless": {"path": "^tmp/[a-z]+$"}});
    let world = World::new(json!([rule])).await;
    world.free("await FILES.mkdir('tmp'); await FILES.mkdir('tmp/tmp'); return 1").await;
    for code in [
        "FILES.write('./b', 'y')",
        "FILES.write('tmp/../b', 'y')",
        "FILES.write(['tmp/b'], 'y')",
        "FILES['write']('b', 'y')",
        // A folder within the folder, where paths begin elsewhere.
        "(await FILES.dir('tmp')).write('tmp/b', 'y')",
        "FILES.dir('tmp').write('tmp/b', 'y')",
        "(await (await FILES.dir('tmp')).dir('tmp')).write('tmp/b', 'y')",
        // Calls that cannot be shown.
        "FILES.write('tmp/b', 'x'.repeat(100_000))",
        "FILES.write('tmp/b', 'y', ...Array(20).fill(0))",
    ] {
        world.first(code).await;
        assert_eq!(
            (world.read("b"), world.read("tmp/b"), world.read("tmp/tmp/b")),
            (None, None, None)
        );
    }
    // The receiver of the folder may do all with it.
    let (calls, result) =
        world.run("return await COUNT.count({ a: FILES })", Approval::Approved).await;
    assert_eq!(calls, [r#"COUNT.count({"folders":{"a":"[FILES]"}})"#]);
    assert_eq!(result["result"], 1);
    world.first("COUNT.count({ a: await FILES.dir('tmp') })").await;
    world.first("COUNT.count({ a: FILES.dir('tmp') })").await;
    assert_eq!(world.free("return await COUNT.count({ a: OTHER })").await, 1);
}

#[tokio::test]
async fn hints_are_for_methods_that_change_something() {
    let world = World::new(json!([{"hint": "writes"}])).await;
    assert_eq!(world.free("return await FILES.exists('a')").await, false);
    assert_eq!(world.free("return await (await FILES.dir('.')).exists('a')").await, false);
    assert_eq!(world.free("return await COUNT.count({})").await, 0);
    assert_eq!(world.first("FILES.mkdir('a')").await, r#"FILES.mkdir({"path":"a"})"#);
    world.first("(await FILES.dir('.')).mkdir('a')").await;
    world.first("COUNT.count({ a: FILES })").await;
}

#[tokio::test]
async fn rules_must_name_something() {
    for (rules, is_right) in [
        (json!(["FILES.write", "COUNT.*"]), true),
        (json!(["*.write"]), true),
        (json!(["FILE.write"]), false),
        (json!(["COUNT.*", "files.write"]), false),
    ] {
        let started = start(rules.clone()).await.map(drop).map_err(|error| error.to_string());
        assert_eq!(started.is_ok(), is_right, "{rules}");
        if let Err(error) = started {
            assert!(error.contains("no server has the tool"), "{error}");
        }
    }
}

#[tokio::test]
async fn methods_are_found_and_described() {
    let world = World::new(json!([])).await;
    let found = async |query: &str| {
        let found = world.client.call("search_tools", json!({"query": query, "limit": 2})).await;
        found.structured_content.unwrap()["tools"].take()
    };
    let tools = found("read a file of text").await;
    assert_eq!(
        (&tools[0]["name"], &tools[1]["name"]),
        (&json!("FILES.readText"), &json!("OTHER.readText"))
    );
    assert_eq!(tools[0]["signature"], "FILES.readText(path: string): Promise<string>");
    assert_eq!(tools[0]["description"], "Reads a file of text in UTF-8.");
    assert_eq!(found("count the folders").await[0]["name"], "COUNT.count");
    for name in ["FILES", "FILES.readText"] {
        let described = world.client.call("describe_tool", json!({"name": name})).await;
        let declaration = text(&described);
        for part in ["readText(path: string)", "declare const FILES: Directory;"] {
            assert!(declaration.contains(part), "{declaration}");
        }
    }
    for name in ["FILES.nothing", "FILES.", "FILES.dir.write", "FILE"] {
        let described = world.client.call("describe_tool", json!({"name": name})).await;
        assert_eq!(described.is_error, Some(true), "{name}");
    }
}
