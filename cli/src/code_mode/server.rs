//! The requests of the host.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use isolet::Engine;
use isolet::code_mode::{CodeSession, CodeTool, RunContext};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use tokio::sync::{Mutex as AsyncMutex, Notify, Semaphore};
use tokio::task::{self, AbortHandle};

use super::host::{Host, Line};
use super::lines;
use super::message::{self, Id, Incoming, Outgoing, Refused, RpcError};
use super::outcome::Outcome;
use super::params::{Cancel, CreateTool, Execute, Initialize, OfSession, OfTool};
use super::tools;

/// The version of the protocol.
const VERSION: u64 = 1;

/// The maximum number of bytes of a message of the host's.
pub(super) const MAX_MESSAGE_BYTES: usize = 8 << 20;

/// The maximum number of requests that are not answered, and of their bytes.
const MAX_REQUESTS: usize = 1_000;
const MAX_REQUEST_BYTES: usize = 64 << 20;

/// The maximum number of tools that are open, and of the bytes that made them.
const MAX_TOOLS: usize = 1_000;
const MAX_TOOL_BYTES: usize = 64 << 20;

/// The maximum number of sessions that are open. Each has a sandbox.
pub(super) const MAX_SESSIONS: usize = 64;

const DEFAULT_TEXT_BYTES: usize = 20_000;
const MAX_TEXT_BYTES: usize = 1 << 20;

type Reply = Result<Json, RpcError>;

/// The tools and sessions that one host has opened, and its programs that run.
pub(super) struct Server {
    engine: Engine,
    host: Arc<Host>,
    /// The programs that may run at a time.
    runs: Semaphore,
    max_runs: usize,
    max_memory_bytes: u64,
    next_handle: AtomicU64,
    state: Mutex<State>,
    /// Notified when a request has been answered.
    answered: Notify,
}

#[derive(Default)]
struct State {
    is_initialized: bool,
    tools: BTreeMap<String, OpenTool>,
    sessions: BTreeMap<String, Arc<OpenSession>>,
    requests: BTreeMap<Id, Request>,
}

struct OpenTool {
    tool: CodeTool,
    bytes: usize,
}

struct OpenSession {
    session: CodeSession,
    tool: String,
    /// Held while a program runs, so that those that wait take no place among the runs.
    turn: AsyncMutex<()>,
    /// The request whose program runs.
    running: Mutex<Option<Id>>,
}

/// A request that is not answered yet.
struct Request {
    task: AbortHandle,
    bytes: usize,
    tool: Option<String>,
    session: Option<String>,
}

/// The tool or session in which a program runs.
enum Target {
    Tool(CodeTool),
    Session(String, Arc<OpenSession>),
}

impl Server {
    pub(super) fn new(engine: Engine, host: Arc<Host>, runs: usize, max_memory_bytes: u64) -> Self {
        Self {
            engine,
            host,
            runs: Semaphore::new(runs),
            max_runs: runs,
            max_memory_bytes,
            next_handle: AtomicU64::new(1),
            state: Mutex::default(),
            answered: Notify::new(),
        }
    }

    /// Cancels all programs, and waits until the other requests are answered.
    pub(super) async fn end(&self) {
        self.cancel_all(|request| request.tool.is_some()).await;
        while !self.state().requests.is_empty() {
            self.answered.notified().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles one line. Waits while the host does not read the answers.
    pub(super) async fn handle(self: &Arc<Self>, line: lines::Line) {
        let lines::Line::Whole(line) = line else {
            let text = format!("a message has at most {MAX_MESSAGE_BYTES} bytes");
            return self.refuse(None, &RpcError::new(message::INVALID_REQUEST, text)).await;
        };
        if line.trim_ascii().is_empty() {
            return;
        }
        match Incoming::parse(&line) {
            Err(Refused { id, error }) => self.refuse(id.as_ref(), &error).await,
            Ok(Incoming::Answer { id, answer }) => self.host.answered(id, answer),
            Ok(Incoming::Notification { method, params }) if method == "cancel" => {
                if let Ok(Cancel { id }) = parsed(params) {
                    self.cancel(&id).await;
                }
            }
            // A notification has no answer, so that nothing that has a result is done for one.
            Ok(Incoming::Notification { .. }) => {}
            Ok(Incoming::Request { id, method, params }) => {
                if let Some(reply) = self.request(&id, &method, params, line.len()).await {
                    self.reply(&id, reply).await;
                }
            }
        }
    }

    async fn refuse(&self, id: Option<&Id>, error: &RpcError) {
        self.host.send(self.host.line(&Outgoing::error(id, error)).await);
    }

    async fn reply(&self, id: &Id, reply: Reply) {
        match reply {
            Ok(result) => self.host.send(self.host.line(&Outgoing::reply(id, result)).await),
            Err(error) => self.refuse(Some(id), &error).await,
        }
    }

    /// Handles a request. `None` if a task answers it.
    async fn request(
        self: &Arc<Self>,
        id: &Id,
        method: &str,
        params: Option<&RawValue>,
        bytes: usize,
    ) -> Option<Reply> {
        if method == "initialize" {
            return Some(parsed(params).and_then(|params| self.initialize(&params)));
        }
        if !self.state().is_initialized {
            let text = "the first request must be `initialize`";
            return Some(Err(RpcError::new(message::NOT_INITIALIZED, text)));
        }
        let begun = match method {
            "createTool" => parsed(params).and_then(|it| self.create_tool(id, it, bytes)),
            "execute" => parsed(params).and_then(|it| self.execute(id, it, bytes)),
            "createSession" => {
                return Some(parsed(params).and_then(|OfTool { tool }| self.create_session(tool)));
            }
            "closeSession" => match parsed(params) {
                Ok(OfSession { session }) => return Some(self.close_session(&session).await),
                Err(error) => Err(error),
            },
            "closeTool" => match parsed(params) {
                Ok(OfTool { tool }) => return Some(self.close_tool(&tool).await),
                Err(error) => Err(error),
            },
            _ => {
                let text = format!("there is no method {}", shown(method));
                Err(RpcError::new(message::METHOD_NOT_FOUND, text))
            }
        };
        begun.err().map(Err)
    }

    fn initialize(&self, params: &Initialize) -> Reply {
        if params.protocol_version != VERSION {
            let text = format!("version {} is not supported", params.protocol_version);
            let error = RpcError::new(message::UNSUPPORTED_VERSION, text);
            return Err(error.with_data(json!({"supported": [VERSION]})));
        }
        if std::mem::replace(&mut self.state().is_initialized, true) {
            let text = "`initialize` comes once";
            return Err(RpcError::new(message::INVALID_REQUEST, text));
        }
        Ok(json!({
            "protocolVersion": VERSION,
            "server": {"name": "isolet", "version": env!("CARGO_PKG_VERSION")},
            "capabilities": {"approvals": true, "sessions": true},
            "limits": {
                "messageBytes": MAX_MESSAGE_BYTES,
                "requests": MAX_REQUESTS,
                "runs": self.max_runs,
                "tools": MAX_TOOLS,
                "sessions": MAX_SESSIONS,
                "memoryBytes": self.max_memory_bytes,
            },
        }))
    }

    fn create_tool(
        self: &Arc<Self>,
        id: &Id,
        params: CreateTool,
        bytes: usize,
    ) -> Result<(), RpcError> {
        let server = Arc::clone(self);
        let (own, handle) = (id.clone(), self.handle_of("tool"));
        self.begin(id, bytes, None, None, async move {
            let (engine, host) = (server.engine.clone(), Arc::clone(&server.host));
            let (max_memory_bytes, name) = (server.max_memory_bytes, handle.clone());
            let built = task::spawn_blocking(move || {
                tools::build(&engine, &host, &name, params, max_memory_bytes)
            });
            let built = built.await;
            let built =
                built.map_err(|error| RpcError::new(message::INTERNAL_ERROR, error.to_string()))?;
            let tool = built.map_err(invalid)?;
            let names = tool.catalog().tools().map(|it| {
                let (namespace, name) = (it.original_namespace(), &it.definition().name);
                json!({"namespace": namespace, "name": name, "path": it.path()})
            });
            let reply = json!({
                "tool": handle,
                "tools": names.collect::<Vec<_>>(),
                "declarations": tool.declarations(),
                "description": tool.description(),
            });
            let line = server.host.line(&Outgoing::reply(&own, reply)).await;
            let mut state = server.state();
            let all_bytes = state.tools.values().map(|it| it.bytes).sum::<usize>();
            if state.tools.len() >= MAX_TOOLS || all_bytes.saturating_add(bytes) > MAX_TOOL_BYTES {
                return Err(RpcError::new(message::TOO_MANY, "too many tools are open"));
            }
            state.tools.insert(handle, OpenTool { tool, bytes });
            Ok(line)
        })
    }

    async fn close_tool(&self, handle: &str) -> Reply {
        let is_there = self.state().tools.remove(handle).is_some();
        if !is_there {
            return Err(no("tool", handle));
        }
        self.state().sessions.retain(|_, session| session.tool != handle);
        self.cancel_all(|request| request.tool.as_deref() == Some(handle)).await;
        Ok(json!({}))
    }

    fn create_session(&self, tool: String) -> Reply {
        let mut state = self.state();
        let open = state.tools.get(&tool).ok_or_else(|| no("tool", &tool))?;
        let session = open.tool.session();
        let session =
            session.map_err(|error| RpcError::new(message::INTERNAL_ERROR, error.to_string()))?;
        if state.sessions.len() >= MAX_SESSIONS {
            return Err(RpcError::new(message::TOO_MANY, "too many sessions are open"));
        }
        let handle = self.handle_of("session");
        let (turn, running) = (AsyncMutex::new(()), Mutex::default());
        let session = Arc::new(OpenSession { session, tool, turn, running });
        state.sessions.insert(handle.clone(), session);
        Ok(json!({"session": handle}))
    }

    async fn close_session(&self, handle: &str) -> Reply {
        if self.state().sessions.remove(handle).is_none() {
            return Err(no("session", handle));
        }
        self.cancel_all(|request| request.session.as_deref() == Some(handle)).await;
        Ok(json!({}))
    }

    fn execute(self: &Arc<Self>, id: &Id, params: Execute, bytes: usize) -> Result<(), RpcError> {
        let Execute { tool, session, code, text_bytes } = params;
        let text_bytes = text_bytes.unwrap_or(DEFAULT_TEXT_BYTES).min(MAX_TEXT_BYTES);
        let state = self.state();
        let (target, tool) = match (&tool, &session) {
            (Some(name), None) => {
                let open = state.tools.get(name).ok_or_else(|| no("tool", name))?;
                (Target::Tool(open.tool.clone()), name.clone())
            }
            (None, Some(name)) => {
                let open = state.sessions.get(name).ok_or_else(|| no("session", name))?;
                (Target::Session(name.clone(), Arc::clone(open)), open.tool.clone())
            }
            _ => return Err(invalid("either `tool` or `session` must be given")),
        };
        drop(state);
        let context = RunContext::new().value(Arc::new(id.clone()));
        let (server, own) = (Arc::clone(self), id.clone());
        self.begin(id, bytes, Some(tool), session, async move {
            let (name, open) = match target {
                Target::Tool(tool) => {
                    let _slot = server.runs.acquire().await;
                    let execution = tool.execute_with(&code, context).await;
                    let outcome = Outcome::new(execution, text_bytes, false);
                    // The slot is held until the answer has room, so that only so many wait.
                    return Ok(server.host.line(&Outgoing::reply(&own, outcome)).await);
                }
                Target::Session(name, open) => (name, open),
            };
            let _turn = open.turn.lock().await;
            let _slot = server.runs.acquire().await;
            open.set_running(Some(own.clone()));
            let execution = open.session.execute_with(&code, context).await;
            open.set_running(None);
            let has_ended = open.session.has_ended();
            if has_ended {
                server.state().sessions.remove(&name);
            }
            let outcome = Outcome::new(execution, text_bytes, has_ended);
            Ok(server.host.line(&Outgoing::reply(&own, outcome)).await)
        })
    }

    /// Begins the task of a request. It is answered once: by its task, or when it is cancelled.
    fn begin(
        self: &Arc<Self>,
        id: &Id,
        bytes: usize,
        tool: Option<String>,
        session: Option<String>,
        work: impl Future<Output = Result<Line, RpcError>> + Send + 'static,
    ) -> Result<(), RpcError> {
        let mut state = self.state();
        if state.requests.contains_key(id) {
            let text = "another request has this `id` and is not answered yet";
            return Err(RpcError::new(message::INVALID_REQUEST, text));
        }
        let all_bytes = state.requests.values().map(|it| it.bytes).sum::<usize>();
        if state.requests.len() >= MAX_REQUESTS
            || all_bytes.saturating_add(bytes) > MAX_REQUEST_BYTES
        {
            return Err(RpcError::new(message::TOO_MANY, "too many requests wait"));
        }
        let (server, own) = (Arc::clone(self), id.clone());
        let task = tokio::spawn(async move {
            let line = match work.await {
                Ok(line) => line,
                Err(error) => server.host.line(&Outgoing::error(Some(&own), &error)).await,
            };
            if server.state().requests.remove(&own).is_some() {
                server.host.send(line);
                server.answered.notify_one();
            }
        });
        let task = task.abort_handle();
        state.requests.insert(id.clone(), Request { task, bytes, tool, session });
        Ok(())
    }

    /// Ends a request of the host's and answers it. Nothing happens if it was answered already.
    async fn cancel(&self, id: &Id) {
        {
            let mut state = self.state();
            let Some(Request { task, session, .. }) = state.requests.remove(id) else { return };
            task.abort();
            if let Some(name) = session
                && state.sessions.get(&name).is_some_and(|it| it.is_running(id))
            {
                // Its variables are in an unknown state.
                state.sessions.remove(&name);
            }
        }
        let error = RpcError::new(message::CANCELLED, "the request was cancelled");
        self.refuse(Some(id), &error).await;
    }

    async fn cancel_all(&self, is_meant: impl Fn(&Request) -> bool) {
        let ids: Vec<_> = {
            let state = self.state();
            let meant = state.requests.iter().filter(|(_, request)| is_meant(request));
            meant.map(|(id, _)| id.clone()).collect()
        };
        for id in ids {
            self.cancel(&id).await;
        }
    }

    fn handle_of(&self, kind: &str) -> String {
        format!("{kind}-{}", self.next_handle.fetch_add(1, Ordering::Relaxed))
    }
}

impl OpenSession {
    fn set_running(&self, id: Option<Id>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }

    fn is_running(&self, id: &Id) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(id)
    }
}

fn parsed<T: DeserializeOwned>(params: Option<&RawValue>) -> Result<T, RpcError> {
    message::parse(params.map_or("{}", RawValue::get)).map_err(invalid)
}

fn invalid(text: impl Into<String>) -> RpcError {
    RpcError::new(message::INVALID_PARAMS, text)
}

fn no(kind: &str, handle: &str) -> RpcError {
    invalid(format!("there is no {kind} {}", shown(handle)))
}

/// Returns the beginning of a text of the host's, in quotes.
fn shown(text: &str) -> String {
    format!("{:?}", text.get(..text.floor_char_boundary(80)).unwrap_or_default())
}
