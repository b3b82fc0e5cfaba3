//! `isolet serve`: started on a free port, asked over sockets, stopped by signals.

mod assets;
mod cron;
mod env;
mod hostile;
mod limits;
mod loader;
mod lockdown;
mod services;
mod shutdown;
mod start;
mod tls;
mod watch;
mod wrangler;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::folder::Folder;

/// The maximum time of a wait. A test that takes longer hangs, and none comes near it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server that runs. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// The address on standard output.
    pub(crate) url: String,
    out: Receiver<String>,
    err: Arc<Mutex<String>>,
}

/// Returns the command `isolet serve …` in a folder.
pub(crate) fn serve(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command
        .arg("serve")
        .args(arguments)
        .env_remove("RUST_BACKTRACE")
        .env_remove("CLICOLOR_FORCE")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Server {
    /// Starts `isolet serve main.js` on a free port, and waits until it listens.
    #[track_caller]
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let all = [&["main.js", "--listen", "127.0.0.1:0"], arguments].concat();
        Self::of(&mut serve(folder, &all))
    }

    #[track_caller]
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::of_child(command.spawn().expect("the command starts"))
    }

    #[track_caller]
    pub(crate) fn of_child(mut child: Child) -> Self {
        let (sender, out) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("standard output"));
        std::thread::spawn(move || {
            for line in stdout.lines() {
                let _ = sender.send(line.expect("UTF-8"));
            }
        });
        let err = Arc::new(Mutex::new(String::new()));
        let (stderr, told) = (BufReader::new(child.stderr.take().expect("it")), Arc::clone(&err));
        std::thread::spawn(move || {
            for line in stderr.lines() {
                let mut told = told.lock().expect("no panic");
                told.push_str(&line.expect("UTF-8"));
                told.push('\n');
            }
        });
        let line = out.recv_timeout(PATIENCE);
        let url = line.as_deref().unwrap_or_default().strip_prefix("listening on ");
        let url = url.unwrap_or_default().to_owned();
        let server = Self { child, url, out, err };
        assert!(!server.url.is_empty(), "{line:?}: {}", server.err());
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let (_, address) = self.url.rsplit_once('/').expect("a URL");
        address.parse().expect("an address")
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.address())
    }

    /// Requests a path on a connection of its own.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    }

    /// Sends bytes on a connection of its own, and reads until the server closes it.
    #[track_caller]
    pub(crate) fn send(&self, bytes: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(bytes.as_bytes()).expect("a server");
        Answer::read(stream)
    }

    /// Returns what is on standard error so far.
    pub(crate) fn err(&self) -> String {
        self.err.lock().expect("no panic").clone()
    }

    /// Waits until a text is on standard error.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while !self.err().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "{text:?} is not in {:?}", self.err());
            std::thread::yield_now();
        }
    }

    /// Returns the address of `--admin`.
    pub(crate) fn admin(&self) -> SocketAddr {
        self.wait_for("admin on http://");
        let err = self.err();
        let (_, after) = err.split_once("admin on http://").expect("an address");
        after.split_once('\n').expect("a line").0.parse().expect("an address")
    }

    /// Returns the metric of that name, with its labels.
    #[track_caller]
    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        let mut stream = connect(self.admin());
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .expect("a server");
        let text = Answer::read(stream).body;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map(|value| value.parse().expect("a number"))
    }

    /// Waits until a metric has a value.
    #[track_caller]
    pub(crate) fn wait_for_metric(&self, name: &str, value: f64) {
        let begun = Instant::now();
        while self.metric(name) != Some(value) {
            assert!(
                begun.elapsed() < PATIENCE,
                "{name} is {:?}: {}",
                self.metric(name),
                self.err()
            );
            std::thread::yield_now();
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("kill").success());
    }

    /// Waits for the end. Returns the exit status and standard error.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                // The pipes are closed by now, so the readers end.
                while self.out.recv_timeout(PATIENCE).is_ok() {}
                return (status.code(), self.err());
            }
            assert!(begun.elapsed() < PATIENCE, "the server does not end: {}", self.err());
            std::thread::yield_now();
        }
    }

    /// Stops the server, and returns standard error.
    #[track_caller]
    pub(crate) fn stop(self) -> String {
        self.signal("TERM");
        let (code, err) = self.end();
        assert_eq!(code, Some(0), "{err}");
        err
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// A response, read until the connection was closed.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A connection that is reset has been closed too.
        let _ = stream.read_to_end(&mut bytes);
        Self::of(&String::from_utf8_lossy(&bytes))
    }

    /// A connection that was closed without a response has the status 0.
    pub(crate) fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self { status: status.unwrap_or(0), head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16, body: &str) -> Self {
        assert_eq!((self.status, self.body.as_str()), (status, body), "{self:?}");
        self
    }

    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A program that answers with its URL, and waits, streams or throws at some paths.
pub(crate) const PROGRAM: &str = "
    let n = 0;
    const wait = (ms) => new Promise((go) => setTimeout(go, ms));
    export default {
        async fetch(request, env, ctx) {
            const { pathname } = new URL(request.url);
            n++;
            if (pathname === '/count') return new Response(String(n));
            if (pathname === '/env') return Response.json(env);
            if (pathname === '/ip') return new Response(String(request.headers.get('cf-connecting-ip')));
            if (pathname === '/echo') return new Response(request.body);
            if (pathname === '/length') return new Response(String((await request.bytes()).length));
            if (pathname === '/throw') throw new RangeError('the inside');
            if (pathname === '/spin') for (;;);
            if (pathname === '/slow') { console.log('slow begins'); await wait(200); return new Response('slow') }
            if (pathname === '/never') { console.log('never begins'); await wait(1e8) }
            if (pathname === '/later') {
                ctx.waitUntil(wait(200).then(() => console.log('later is done')));
                return new Response('early');
            }
            if (pathname === '/endless') return new Response(new ReadableStream({
                pull(c) { c.enqueue(new Uint8Array(65536)) } }, { highWaterMark: 0 }));
            return new Response(request.url);
        },
        async scheduled(controller, env, ctx) {
            console.log(`scheduled ${controller.cron} ${controller.scheduledTime % 1000}`);
        },
    };";
