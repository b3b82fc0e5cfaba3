//! A process for each sandbox, which speaks as [`crate::child`] describes.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::Backend;
use crate::protocol::{Limits, Meter};

/// The longest line that a sandbox may answer with. The host keeps no more of it.
const LINE_BYTES: u64 = 64 << 20;

pub struct Process<F> {
    version: String,
    /// Makes the commands of a sandbox with the given number.
    command: F,
    made: std::cell::Cell<u64>,
}

/// The start and the end of a sandbox.
pub struct Commands {
    pub start: std::process::Command,
    /// Ends what killing the process that was started does not end.
    pub end: Option<std::process::Command>,
    /// True if the process that is started is the one that runs the program.
    pub is_program: bool,
}

pub struct Sandbox {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<tokio::io::Take<ChildStdout>>>,
    wall: Duration,
    end: Option<std::process::Command>,
    is_program: bool,
}

impl<F: Fn(u64, Limits) -> Commands> Process<F> {
    pub fn new(version: String, command: F) -> Self {
        Self { version, command, made: std::cell::Cell::new(0) }
    }
}

impl<F: Fn(u64, Limits) -> Commands> Backend for Process<F> {
    type Sandbox = Sandbox;

    fn version(&self) -> String {
        self.version.clone()
    }

    async fn load(&self, source: &str, limits: Limits) -> Result<Sandbox, String> {
        self.made.set(self.made.get() + 1);
        let Commands { start, end, is_program } = (self.command)(self.made.get(), limits);
        let mut command = Command::from(start);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // A process with a command to end it ends by itself when its standard input does.
        command.kill_on_drop(end.is_none());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let stdin = child.stdin.take().ok_or("no standard input")?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let lines = BufReader::new(tokio::io::AsyncReadExt::take(stdout, LINE_BYTES)).lines();
        // Starting the process is not the program's doing.
        let wall = Duration::from_millis(limits.wall_ms);
        let start = wall + Duration::from_secs(5);
        let mut sandbox = Sandbox { child, stdin, lines, wall: start, end, is_program };
        sandbox.ask(&json!({ "load": "" })).await?;
        sandbox.wall = wall;
        sandbox.ask(&json!({ "load": source })).await?;
        Ok(sandbox)
    }

    async fn call(&self, sandbox: &mut Sandbox, arg: &Value) -> Result<Value, String> {
        sandbox.ask(&json!({ "call": arg })).await
    }

    /// Returns the CPU time of the process, its start included.
    fn meter(&self, sandbox: &Sandbox) -> Option<Meter> {
        let id = sandbox.child.id().filter(|_| sandbox.is_program)?;
        let text = std::fs::read_to_string(format!("/proc/{id}/schedstat")).ok()?;
        let value = text.split(' ').next()?.parse().ok()?;
        Some(Meter { unit: "ns".into(), value })
    }
}

impl Sandbox {
    /// Sends a request, and serves the calls of the sandbox until it answers or is killed.
    async fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let wall = self.wall;
        let answer = tokio::time::timeout(wall, self.exchange(request)).await;
        if let Ok(answer) = answer {
            return answer;
        }
        if let Some(end) = self.end.take() {
            let _ = Command::from(end).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
        }
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
        Err(format!("killed after {} ms", wall.as_millis()))
    }

    async fn exchange(&mut self, request: &Value) -> Result<Value, String> {
        self.send(request).await?;
        loop {
            let line = self.lines.next_line().await.map_err(|error| error.to_string())?;
            let Some(line) = line else {
                let status = self.child.wait().await.map_err(|error| error.to_string())?;
                return Err(format!("the process ended: {status}"));
            };
            let mut answer: Value =
                serde_json::from_str(&line).map_err(|error| error.to_string())?;
            if let Some(error) = answer["error"].as_str() {
                return Err(error.to_owned());
            }
            if let Some(n) = answer["cap"][1].as_f64() {
                let settled = json!({ "settle": [answer["cap"][0], n * 2.0] });
                self.send(&settled).await?;
            } else {
                return Ok(answer["value"].take());
            }
        }
    }

    async fn send(&mut self, value: &Value) -> Result<(), String> {
        let line = format!("{value}\n");
        self.stdin.write_all(line.as_bytes()).await.map_err(|error| error.to_string())
    }
}
