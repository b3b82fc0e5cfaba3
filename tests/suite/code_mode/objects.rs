//! Capabilities beside tools: what is recorded of their calls, and who decides about them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use isolet::code_mode::{Approval, CallOutcome, CapabilityCall, CodeTool, RunContext, ToolCall};
use isolet::{ByteStream, Capability as _, DirOptions, Stub};
use serde_json::{Value, json};

use super::records::Lines;
use crate::dirs::Folder;
use crate::harness::engine;

/// A folder of notes that remembers what was written.
#[derive(Clone, Default)]
struct Notes {
    written: Arc<Mutex<Vec<String>>>,
    at: String,
}

#[isolet::capability(name = "Notes")]
impl Notes {
    /// Writes a note.
    pub async fn write(&self, path: String, text: Option<String>) -> String {
        let line = format!("{}{path}={}", self.at, text.unwrap_or_default());
        self.written.lock().expect("a lock").push(line);
        path
    }

    /// Returns the notes below a path.
    pub async fn dir(&self, path: String) -> Stub {
        Stub::new(Self { written: Arc::clone(&self.written), at: format!("{}{path}/", self.at) })
    }

    /// Returns what it is given.
    pub async fn same(&self, it: Stub) -> Stub {
        it
    }

    /// Takes other objects.
    pub async fn take(&self, others: BTreeMap<String, Stub>) -> usize {
        others.len()
    }

    /// Streams a line.
    pub async fn lines(&self) -> ByteStream {
        ByteStream::from_reader(&b"line\n"[..])
    }
}

impl Notes {
    fn tool(&self) -> CodeTool {
        let declaration = self.declaration().expect("a declaration").replace("export ", "");
        let declaration = declaration + "declare const notes: Notes;\n";
        CodeTool::builder(&engine())
            .capability("notes", Stub::new(self.clone()), declaration)
            .capability("plain", Stub::new(self.clone()), "")
            .build()
            .expect("a tool")
    }

    fn written(&self) -> Vec<String> {
        self.written.lock().expect("a lock").clone()
    }
}

#[tokio::test]
async fn calls_are_recorded_with_their_arguments() {
    let notes = Notes::default();
    let lines = Lines::default();
    let program = "await notes.write('a', 'b'); const below = await notes.dir('sub');
        await below.write('c'); await notes.dir('x').write('d');
        await notes.take({ x: notes, y: below }); await plain.write('e', undefined);
        for await (const part of await notes.lines()) {}
        return 1";
    let execution = notes.tool().execute_with(program, lines.context()).await;
    assert_eq!(execution.result.expect("a result"), 1);
    let planned: Vec<_> = lines.take().into_iter().filter(|it| it.ends_with(')')).collect();
    let expected = [
        r#"0 notes.write({"path":"a","text":"b"})"#,
        r#"1 notes.dir({"path":"sub"})"#,
        r#"2 notes.dir.write({"path":"c"})"#,
        r#"3 notes.dir({"path":"x"})"#,
        r#"4 notes.dir.write({"path":"d"})"#,
        r#"5 notes.take({"others":{"x":"[notes]","y":"[notes]"}})"#,
        r#"6 plain.write({"0":"e"})"#,
        "7 notes.lines({})",
    ];
    assert_eq!(planned, expected);
    assert_eq!(notes.written(), ["a=b", "sub/c=", "x/d=", "e="]);
    assert_eq!(execution.calls[0].arguments, Some(json!({"path": "a", "text": "b"})));
    assert_eq!(execution.calls[0].outcome, CallOutcome::Done { value: None });
    assert_eq!(execution.calls.len(), 8);
}

/// Returns a context whose approver remembers the calls, and rejects those whose path is `secret`.
fn deciding() -> (RunContext, Arc<Mutex<Vec<ToolCall>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let calls = Arc::clone(&seen);
    let approver = move |call: ToolCall| {
        let is_secret = call.arguments["path"] == "secret";
        calls.lock().expect("a lock").push(call);
        std::future::ready(if is_secret {
            Approval::Rejected("not this one".to_owned())
        } else {
            Approval::Approved
        })
    };
    (RunContext::new().approver(approver), seen)
}

async fn seen(program: &str) -> (Value, Vec<ToolCall>, Vec<String>) {
    let notes = Notes::default();
    let (context, seen) = deciding();
    let execution = notes.tool().execute_with(program, context).await;
    let seen = seen.lock().expect("a lock").clone();
    (execution.result.expect("a result"), seen, notes.written())
}

#[tokio::test]
async fn an_approver_decides_about_them() {
    let program = "const names = [];
        for (const call of [() => notes.write('secret', 'x'), () => notes['write']('secret'),
            async () => (await notes.dir('a')).write('secret'), () => notes.dir('a').write('secret'),
            async () => (await notes.same(await notes.dir('a'))).write('secret')]) {
            try { await call(); names.push('made') } catch (error) { names.push(error.name) }
        }
        await notes.write('open'); return names";
    let (names, calls, written) = seen(program).await;
    assert_eq!(names, json!(vec!["RejectedError"; 5]));
    assert_eq!(written, ["open="]);
    let tools: Vec<_> = calls.iter().map(|call| call.tool.as_str()).collect();
    let expected = [
        "write",
        "write",
        "dir",
        "dir.write",
        "dir",
        "dir.write",
        "dir",
        "same",
        "dir.write",
        "write",
    ];
    assert_eq!(tools, expected);
    assert!(calls.iter().all(|call| call.namespace == "notes" && call.capability.is_some()));
    let keys: std::collections::BTreeSet<_> = calls.iter().map(|it| &it.idempotency_key).collect();
    assert_eq!(keys.len(), calls.len());
}

#[tokio::test]
async fn an_approver_knows_what_the_arguments_do_not_show() {
    let program = "await notes.write('a', 'x'.repeat(90_000)); await notes.write('a', 'x'.repeat(100_000));
        for (const more of [14, 15]) await notes.write('a', 'b', ...Array(more).fill(1)).catch(() => 0);
        const below = await notes.dir('sub'); await below.write('c');
        await notes.take({ x: notes, y: below, z: plain }); await notes.take({ x: notes.dir('p') });
        return 1";
    let (_, calls, _) = seen(program).await;
    let known: Vec<CapabilityCall> =
        calls.into_iter().map(|call| call.capability.expect("a capability")).collect();
    let is_cut: Vec<_> = known.iter().map(|it| it.is_cut).collect();
    assert_eq!(is_cut[..4], [false, true, false, true]);
    assert!(is_cut[4..].iter().all(|is_cut| !is_cut), "{known:?}");
    assert_eq!(known[4].returned_by, [] as [&str; 0]);
    assert_eq!(known[5].returned_by, ["dir"]);
    assert_eq!(known[6].handed_over, ["notes", "plain"]);
    // A promise may become anything.
    let last = known.last().expect("a call");
    assert_eq!(last.handed_over, ["notes", "plain"]);
}

#[tokio::test]
async fn arguments_that_are_shown_as_less_than_they_are_count_as_cut() {
    let program = "await notes.write('a', ...Array(14).fill(undefined)).catch(() => 0);
        await notes.write('a', ...Array(20_000).fill(undefined)).catch(() => 0);
        const big = {}; for (let i = 0; i < 100_000; i++) big['k' + i] = undefined;
        await notes.write(...Array(12_000).fill(big)).catch(() => 0);
        await notes.write('a', { text: new Error('x') }).catch(() => 0);
        const it = {}; it.it = it; await notes.write('a', it).catch(() => 0);
        return 1";
    let (_, calls, _) = seen(program).await;
    let is_cut: Vec<_> =
        calls.into_iter().map(|call| call.capability.expect("a capability").is_cut).collect();
    assert_eq!(is_cut, [false, true, true, true, true]);
}

/// However often an object is passed through, it is wrapped once.
#[tokio::test]
async fn an_object_that_is_returned_again_is_the_same() {
    let program = "let it = await notes.dir('a');
        for (let i = 0; i < 500; i++) it = await notes.same(it);
        await it.write('b'); return 1";
    let (_, calls, written) = seen(program).await;
    assert_eq!(written, ["a/b="]);
    assert_eq!(calls.last().expect("a call").tool, "dir.write");
}

#[tokio::test]
async fn long_names_are_cut() {
    let (_, calls, _) = seen("try { await notes['x'.repeat(100_000)]() } catch {} return 1").await;
    assert_eq!(calls[0].tool.len(), 256);
}

#[tokio::test]
async fn the_search_finds_their_methods() {
    let tool = Notes::default().tool();
    let found = tool.catalog().search("write some text into notes", 1);
    assert_eq!(found[0].path(), "notes.write");
    let signature = "notes.write(path: string, text?: string): Promise<string>";
    assert_eq!(found[0].signature(), signature);
    assert_eq!(found[0].definition().description.as_deref(), Some("Writes a note."));
    // They are no tools.
    assert!(tool.catalog().get("notes", "write").is_none());
    assert_eq!(tool.catalog().tools().len(), 0);
}

/// `node:fs` makes the same calls, and reads nothing past them.
#[tokio::test]
async fn a_directory_in_node_fs_is_recorded_as_well() {
    let folder = Folder::new().file("a.txt", "one");
    let directory = folder.open(DirOptions::new());
    let declaration = directory.declaration().expect("a declaration").replace("export ", "");
    let declaration = declaration + "declare const files: Directory;\n";
    let builder = CodeTool::builder(&engine());
    let tool = builder.capability("files", Stub::new(directory), declaration).build();
    let lines = Lines::default();
    let program = "const fs = await import('node:fs'), fsp = await import('node:fs/promises');
        const text = await fsp.readFile('/files/a.txt', 'utf8');
        try { fs.readFileSync('/files/a.txt') } catch (error) { return [text, error.message] }";
    let execution = tool.expect("a tool").execute_with(program, lines.context()).await;
    let said = "Reading this directory at once is not available in this sandbox: its calls are \
                decided about; use fs.promises";
    assert_eq!(execution.result.expect("a result"), json!(["one", said]));
    let planned: Vec<_> = lines.take().into_iter().filter(|it| it.ends_with(')')).collect();
    assert_eq!(planned, [r#"0 files.readBytes({"path":"a.txt"})"#]);
}
