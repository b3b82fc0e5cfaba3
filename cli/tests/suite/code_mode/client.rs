//! A host program: sends lines to `isolet code-mode` and receives messages.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

/// The maximum time for a message, which no message comes near.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) struct Host {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    /// Messages that came while another one was waited for.
    kept: VecDeque<Value>,
    next: i64,
}

impl Host {
    /// Starts the command, and initializes it.
    pub(super) fn new(arguments: &[&str]) -> Self {
        let mut host = Self::uninitialized(arguments);
        let ready = host.request("initialize", &json!({"protocolVersion": 1}));
        assert_eq!(ready["protocolVersion"], 1, "{ready}");
        host
    }

    pub(super) fn uninitialized(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_isolet"))
            .arg("code-mode")
            .args(arguments)
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let input = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("standard output"));
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                let message = serde_json::from_str(&line.expect("a line")).expect("JSON");
                // The test may be over.
                let _ = sender.send(message);
            }
        });
        Self { child, input, output, kept: VecDeque::new(), next: 0 }
    }

    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn write(&mut self, line: &[u8]) {
        let input = self.input.as_mut().expect("an open input");
        input.write_all(line).and_then(|()| input.write_all(b"\n")).expect("the command reads");
    }

    pub(super) fn send(&mut self, message: &Value) {
        self.write(message.to_string().as_bytes());
    }

    /// Sends a request and returns its id.
    pub(super) fn begin(&mut self, method: &str, params: &Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Returns the first message that fits, and keeps the others for later.
    pub(super) fn receive(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.kept.iter().position(&fits) {
            return self.kept.remove(index).expect("a message");
        }
        loop {
            let message = self.output.recv_timeout(PATIENCE).expect("a message in time");
            assert_eq!(message["jsonrpc"], "2.0");
            if fits(&message) {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    /// Returns the whole answer to a request.
    pub(super) fn answer(&mut self, id: i64) -> Value {
        self.receive(|it| it["id"] == id && it.get("method").is_none())
    }

    pub(super) fn result(&mut self, id: i64) -> Value {
        let mut answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].take()
    }

    pub(super) fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.begin(method, params);
        self.result(id)
    }

    /// Returns the code of the error of a request.
    pub(super) fn error(&mut self, method: &str, params: &Value) -> i64 {
        let id = self.begin(method, params);
        let answer = self.answer(id);
        assert!(answer["error"]["message"].is_string(), "{answer}");
        answer["error"]["code"].as_i64().expect("a code")
    }

    /// Returns the next request of the command with this method.
    pub(super) fn asked(&mut self, method: &str) -> Value {
        self.receive(|it| it["method"] == method)
    }

    pub(super) fn reply(&mut self, request: &Value, result: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": result}));
    }

    pub(super) fn cancel(&mut self, id: i64) {
        self.send(&json!({"jsonrpc": "2.0", "method": "cancel", "params": {"id": id}}));
    }

    /// Makes a tool with `t.one` and `t.two`, and returns its handle.
    pub(super) fn tool(&mut self, limits: &Value) -> String {
        let tools = ["one", "two"].map(|name| json!({"namespace": "t", "name": name}));
        let made = self.request("createTool", &json!({"tools": tools, "limits": limits}));
        made["tool"].as_str().expect("a handle").to_owned()
    }

    pub(super) fn execute(&mut self, tool: &str, code: &str) -> i64 {
        self.begin("execute", &json!({"tool": tool, "code": code}))
    }

    /// Closes standard input. Returns the exit status, and what was written to standard error.
    pub(super) fn end(mut self) -> (Option<i32>, String) {
        self.close_input();
        self.exit()
    }

    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the end of the command.
    pub(super) fn exit(mut self) -> (Option<i32>, String) {
        let mut stderr = String::new();
        let mut from = self.child.stderr.take().expect("standard error");
        from.read_to_string(&mut stderr).expect("UTF-8");
        (self.child.wait().expect("it ends").code(), stderr)
    }
}
