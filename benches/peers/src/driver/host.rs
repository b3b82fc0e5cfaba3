//! A host process, as the driver sees it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::catalog::{Peer, Places};
use crate::protocol::{Hello, Reply, Request};

/// The interval at which memory is read while a hostile program runs.
const SAMPLE: Duration = Duration::from_millis(10);

pub struct Host {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    pub version: String,
}

/// Why there is no reply.
pub enum Silence {
    /// Nothing came in time.
    Late,
    /// The process has ended.
    Dead,
    /// The processes together took more memory than the driver allows.
    Greedy,
}

impl Silence {
    pub fn text(&self) -> &'static str {
        match self {
            Self::Late => "no answer in time",
            Self::Dead => "the host process ended",
            Self::Greedy => "the host process took too much memory",
        }
    }
}

impl Host {
    pub fn start(peer: &Peer, places: &Places) -> Result<Self, String> {
        let mut command = peer.command(places).map_err(|error| error.to_string())?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let stdin = child.stdin.take().ok_or("no standard input")?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut host = Self { child, stdin, lines, version: String::new() };
        let hello = host.lines.recv_timeout(Duration::from_secs(30));
        let hello = hello.map_err(|_| "its host process does not start".to_owned())?;
        let hello: Hello = serde_json::from_str(&hello).map_err(|error| error.to_string())?;
        host.version = hello.version;
        Ok(host)
    }

    pub fn send(&mut self, request: &Request) -> Result<(), String> {
        let line = serde_json::to_string(request).map_err(|error| error.to_string())?;
        writeln!(self.stdin, "{line}").map_err(|_| Silence::Dead.text().to_owned())
    }

    /// Waits for a reply that is no error.
    pub fn reply(&mut self, wait: Duration) -> Result<Reply, String> {
        let reply = self.watch(wait, u64::MAX).0.map_err(|silence| silence.text().to_owned())?;
        match reply.error {
            Some(error) => Err(error),
            None => Ok(reply),
        }
    }

    pub fn ask(&mut self, request: &Request, wait: Duration) -> Result<Reply, String> {
        self.send(request)?;
        self.reply(wait)
    }

    /// Waits for a reply. Returns it, and the most private memory that the processes had.
    pub fn watch(&mut self, wait: Duration, most: u64) -> (Result<Reply, Silence>, u64) {
        let until = Instant::now() + wait;
        let mut peak = 0;
        let result = loop {
            match self.lines.recv_timeout(if most == u64::MAX { wait } else { SAMPLE }) {
                Ok(line) => {
                    break serde_json::from_str(&line).map_err(|_| Silence::Dead);
                }
                Err(RecvTimeoutError::Disconnected) => break Err(Silence::Dead),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= until => {
                    break Err(Silence::Late);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            peak = peak.max(self.private_bytes());
            if peak > most {
                break Err(Silence::Greedy);
            }
        };
        (result, peak)
    }

    /// Returns the memory of the whole process tree, shared pages divided by who shares them.
    pub fn pss_bytes(&self) -> u64 {
        self.sum("smaps_rollup", &["Pss:"])
    }

    /// Returns the pages of the process tree that no file backs. It is cheap to ask for.
    pub fn private_bytes(&self) -> u64 {
        self.sum("status", &["RssAnon:", "RssShmem:"])
    }

    fn sum(&self, file: &str, fields: &[&str]) -> u64 {
        let kib = |id: u32| -> u64 {
            let text = std::fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
            text.lines()
                .filter(|line| fields.iter().any(|field| line.starts_with(field)))
                .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
                .sum()
        };
        self.tree().into_iter().map(kib).sum::<u64>() << 10
    }

    /// Returns the process and all that it has started.
    fn tree(&self) -> Vec<u32> {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // The name, in parentheses, may hold anything.
            let parent =
                stat.rsplit(')').next().and_then(|rest| rest.split(' ').nth(2)?.parse().ok());
            if let Some(parent) = parent {
                children.entry(parent).or_default().push(id);
            }
        }
        let mut tree = vec![self.child.id()];
        let mut next = 0;
        while let Some(id) = tree.get(next).copied() {
            tree.extend(children.remove(&id).unwrap_or_default());
            next += 1;
        }
        tree
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for id in self.tree().into_iter().rev() {
            if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                let _ = kill_process(id, Signal::KILL);
            }
        }
        let _ = self.child.wait();
    }
}
