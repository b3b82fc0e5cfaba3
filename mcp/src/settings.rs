//! Options, limits and events.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use isolet_runs::RunStore;

use crate::object::HostObject;
use crate::text::line;

/// The digests of the definitions of tools, by server and tool, in hexadecimal.
pub type Pins = BTreeMap<String, BTreeMap<String, String>>;

/// Options of a server.
#[derive(Clone)]
pub struct Options {
    /// The limits of servers, calls and results.
    pub limits: Limits,
    /// The limits of each program. The time that tools take counts in its wall time. If there are
    /// calls that need approval, [`Limits::approval_time`] is added to the wall time. Default: those
    /// of [`isolet::Limits`], with a wall time of 5 minutes.
    pub program: isolet::Limits,
    /// Definitions that were approved before, as [`Server::pins`](crate::Server::pins) returns
    /// them. A tool whose definition differs from its pin is not offered; a tool without a pin is.
    /// Default: none.
    pub pins: Pins,
    /// Objects of the host that programs reach as globals, beside the servers. Default: none.
    pub objects: Vec<HostObject>,
    /// The store in which runs are recorded. A run that cannot be recorded does not begin. On Unix,
    /// a socket beside the file takes decisions of the process's user about calls that wait for
    /// approval. Default: none.
    pub runs: Option<RunStore>,
    /// A function that is called with each event, from any thread. It must not block. Default:
    /// none.
    pub observer: Option<Observer>,
}

/// A function that is called with each event.
pub type Observer = Arc<dyn Fn(Event) + Send + Sync>;

impl Default for Options {
    fn default() -> Self {
        let program = isolet::Limits::default().wall(Duration::from_mins(5));
        Self {
            limits: Limits::default(),
            program,
            pins: Pins::new(),
            objects: Vec::new(),
            runs: None,
            observer: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("program", &self.program)
            .field("pins", &self.pins)
            .field("objects", &self.objects)
            .field("runs", &self.runs)
            .finish_non_exhaustive()
    }
}

impl Options {
    pub(crate) fn observe(&self, event: Event) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }
}

/// The limits of servers, calls and results.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The time within which an upstream server must start and list its tools. Default: 30 seconds.
    pub start_time: Duration,
    /// The time of one call of a tool, after which it is cancelled. The time in which a person is asked
    /// does not count. Default: 60 seconds.
    pub call_time: Duration,
    /// The most bytes of one message of an upstream server. A process's message that is longer is
    /// dropped, so that its call ends when its time is over. Default: 8 MiB.
    pub message_bytes: usize,
    /// The most tools of one upstream server, those that it once had included. Others are not
    /// offered. Default: 2,000.
    pub tools: usize,
    /// The most bytes of the definitions of one upstream server's tools, as JSON. Tools past it are
    /// not offered. Default: 4 MiB.
    pub definition_bytes: usize,
    /// The most tools of all servers and documents together, in the order of their names. Others are
    /// not offered, and [`Options::observer`] is told. Default: 10,000.
    pub all_tools: usize,
    /// The most bytes of all their definitions. Default: 16 MiB.
    pub all_definition_bytes: usize,
    /// The most messages that wait until an upstream server reads them. With one more, the
    /// connection ends, and the next call starts another one. Default: 1,024.
    pub unread_messages: usize,
    /// The most programs that run at the same time. Others wait. Default: 32.
    pub runs: usize,
    /// The most resources that clients are subscribed to at the same time, of all clients. One client has
    /// at most 64 of them. Default: 1,024.
    pub subscriptions: usize,
    /// The most sessions in which programs share their variables, of all clients. For another one,
    /// the session that was used longest ago ends. Each has a sandbox. Default: 32.
    pub code_sessions: usize,
    /// The time within which a call must be approved, and within which a question of an upstream
    /// server must be answered. The call is rejected then, and the server told that nobody has
    /// answered. Default: 10 minutes.
    pub approval_time: Duration,
    /// The time for which a call waits for its approval before `run_code` answers that it waits, if
    /// the client cannot be asked. Default: 1 second.
    pub waiting_time: Duration,
    /// The same time if the client is asked, and the time for which `wait_run` waits. Many clients give
    /// up a request after a minute. Default: 45 seconds.
    pub hold_time: Duration,
    /// The most runs that go on after `run_code` has answered, those with a result that was not
    /// fetched for 10 minutes included. If all go on, another one is answered when it ends.
    /// Default: 16.
    pub held_runs: usize,
    /// The most bytes of the text of one result for the model, and of its structured content each.
    /// Longer text is cut, and the result says so. Default: 64 KiB.
    pub output_bytes: usize,
    /// The most bytes of images, audio and embedded resources of one result. Default: 4 MiB.
    pub media_bytes: usize,
    /// The most bytes of one request over HTTP. Default: 1 MiB.
    pub request_bytes: usize,
    /// The most connections, and the most sessions of the protocol of 2025, over HTTP. Default: 256.
    pub sessions: usize,
    /// The time after which an idle session over HTTP ends. Default: 5 minutes.
    pub session_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start_time: Duration::from_secs(30),
            call_time: Duration::from_mins(1),
            message_bytes: 8 << 20,
            tools: 2_000,
            definition_bytes: 4 << 20,
            all_tools: 10_000,
            all_definition_bytes: 16 << 20,
            unread_messages: 1_024,
            runs: 32,
            subscriptions: 1_024,
            code_sessions: 32,
            approval_time: Duration::from_mins(10),
            waiting_time: Duration::from_secs(1),
            hold_time: Duration::from_secs(45),
            held_runs: 16,
            output_bytes: 64 << 10,
            media_bytes: 4 << 20,
            request_bytes: 1 << 20,
            sessions: 256,
            session_time: Duration::from_mins(5),
        }
    }
}

/// Something that whoever runs the server may want to know. `Display` is one line in which text
/// from outside is escaped and shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An upstream server is connected and has listed its tools.
    Connected {
        /// The name of the server.
        server: String,
        /// The number of its tools that are offered.
        tools: usize,
    },
    /// An upstream server cannot be used. The next call of one of its tools tries again.
    Failed {
        /// The name of the server.
        server: String,
        /// The cause.
        reason: String,
    },
    /// A line that the process of an upstream server has written to its standard error.
    Output {
        /// The name of the server.
        server: String,
        /// The line, at most 1,000 bytes of it.
        line: String,
    },
    /// A tool is not offered.
    LeftOut {
        /// The name of the server.
        server: String,
        /// The name of the tool, or "other tools".
        tool: String,
        /// The cause.
        reason: String,
    },
    /// A call waits for its approval.
    Waiting {
        /// The id of the call.
        id: String,
        /// The name of the server.
        server: String,
        /// The name of the tool.
        tool: String,
    },
    /// A request of an upstream server was not passed on to the client of a program, and the server
    /// got an answer that says so. This is told at most 16 times for each server.
    NotAsked {
        /// The name of the server.
        server: String,
        /// The answer that it has asked for.
        wanted: String,
        /// The cause.
        reason: String,
    },
    /// A run was not recorded, or not to its end.
    Unrecorded {
        /// The cause.
        reason: String,
    },
    /// The definition of a tool differs from the approved one, so its calls fail.
    Changed {
        /// The name of the server.
        server: String,
        /// The name of the tool.
        tool: String,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { server, tools } => write!(f, "{server}: connected, {tools} tools"),
            Self::Failed { server, reason } => write!(f, "{server}: {reason}"),
            Self::Output { server, line } => write!(f, "{server} | {line}"),
            Self::LeftOut { server, tool, reason } => {
                write!(f, "{server}: {tool} left out: {reason}")
            }
            Self::Waiting { id, server, tool } => {
                let (server, tool) = (line(server, 100), line(tool, 256));
                write!(f, "{server}: a call of {tool} waits for approval: {id}")
            }
            Self::NotAsked { server, wanted, reason } => {
                write!(f, "{server}: it has asked for {wanted}, and nobody was asked: {reason}")
            }
            Self::Unrecorded { reason } => {
                write!(f, "a run is not recorded: {}", line(reason, 500))
            }
            Self::Changed { server, tool } => write!(
                f,
                "{server}: the definition of {tool} has changed since it was approved; its calls \
                 fail"
            ),
        }
    }
}
