//! Calls that need approval, and records of runs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isolet::code_mode::Approval;
use isolet_mcp::{Config, Decisions, Limits, Options, Pins, Server, WaitingCall};
use isolet_runs::{Effect, EffectState, RunId, RunReader, RunState, RunStore};
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationCapability, Implementation,
};
use rmcp::service::{RequestContext, RunningService};
use rmcp::{ClientHandler, ClientServiceExt as _, ErrorData, RoleClient};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::peer::{OLD, Peer};
use crate::{Client, ClientLifecycleMode, ENGINE, Events, params, start_with, text};

/// A server with a record, whose upstream server `up` has tools that need approval: all but `echo`.
struct Held {
    server: Arc<Server>,
    client: Client,
    events: Events,
    folder: TempDir,
}

fn limits() -> Limits {
    let (waiting_time, hold_time) = (Duration::ZERO, Duration::ZERO);
    Limits { waiting_time, hold_time, ..Limits::default() }
}

/// The limits of a client that waits for its answer.
fn patient() -> Limits {
    let hour = Duration::from_hours(1);
    Limits { waiting_time: hour, hold_time: hour, ..Limits::default() }
}

impl Held {
    async fn new(limits: Limits) -> Self {
        let (peer, folder) = (Peer::new(OLD), tempfile::tempdir().unwrap());
        let events = Events::default();
        let runs = RunStore::open(folder.path().join("runs"), isolet_runs::Options::default());
        let options = Options { runs: Some(runs.unwrap()), ..events.options(limits, Pins::new()) };
        let config = json!({
            "mcpServers": {"up": {"url": peer.over_http().await}},
            "approve": ["up.text", "up.media", "up.wait"],
        });
        let server = Arc::new(start_with(config, options).await.unwrap());
        let client = Client::new(&server, ClientLifecycleMode::Initialize).await;
        Self { server, client, events, folder }
    }

    fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    /// Waits until this many calls wait.
    async fn waits(&self, count: usize) -> Vec<WaitingCall> {
        loop {
            let waiting = self.server.waiting();
            if waiting.len() == count {
                return waiting;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Runs a program whose calls wait, and returns its run and the ids of the calls.
    async fn hold(&self, code: &str) -> (String, Vec<String>) {
        let result = self.client.call("run_code", json!({"code": code})).await;
        assert_eq!(result.is_error, Some(false), "{result:?}");
        let waiting = result.structured_content.unwrap()["waiting"].take();
        let ids = waiting["calls"].as_array().unwrap().iter();
        let ids = ids.map(|call| call["id"].as_str().unwrap().to_owned());
        (waiting["run"].as_str().unwrap().to_owned(), ids.collect())
    }

    /// Waits for the result of a run.
    async fn wait(&self, run: &str) -> Value {
        loop {
            let result = self.client.call("wait_run", json!({"run": run})).await;
            let structured = result.structured_content.clone();
            let structured = structured.unwrap_or_else(|| panic!("{result:?}"));
            if structured.get("waiting").is_none() {
                return structured;
            }
        }
    }

    fn recorded(&self, run: &str) -> (RunState, Vec<Effect>) {
        let reader = RunReader::open(self.runs()).unwrap();
        let (run, effects) = reader.run(run.parse().unwrap()).unwrap().unwrap();
        (run.run.state, effects)
    }

    /// Waits until a run is recorded as in a state, and returns the states of its calls.
    async fn ends(&self, run: &str, state: RunState) -> Vec<EffectState> {
        loop {
            let (now, effects) = self.recorded(run);
            if now == state {
                return effects.iter().map(|effect| effect.state).collect();
            }
            assert_eq!(now, RunState::Running);
            tokio::task::yield_now().await;
        }
    }
}

/// Does what another process would do.
async fn outside<T: Send + 'static>(
    runs: PathBuf,
    body: impl FnOnce(Decisions) -> T + Send + 'static,
) -> T {
    tokio::task::spawn_blocking(move || body(Decisions::of(&runs))).await.unwrap()
}

/// Other calls go on meanwhile, and none is made twice.
#[tokio::test]
async fn a_run_waits_at_the_very_call_and_goes_on_there() {
    let held = Held::new(limits()).await;
    let (run, calls) = held
        .hold(
            "const first = await up.echo({ n: 1 });
             const waits = up.text({ n: 2 });
             const third = await up.echo({ n: 3 });
             return [first, await waits, third, await up.media({})].length",
        )
        .await;
    let waiting = held.waits(1).await;
    assert_eq!(waiting[0].id, calls[0]);
    assert_eq!((waiting[0].tool.as_str(), waiting[0].arguments.as_str()), ("text", "{\"n\":2}"));
    held.events.wait(&format!("up: a call of text waits for approval: {}", calls[0])).await;
    while held.recorded(&run).1.get(2).is_none_or(|third| third.state != EffectState::Done) {
        tokio::task::yield_now().await;
    }
    let result = held.client.call("wait_run", json!({"run": run})).await;
    assert!(text(&result).contains("up.text({\"n\":2})"), "{}", text(&result));
    assert!(held.server.decide(&calls[0], Approval::Approved));
    assert!(!held.server.decide(&calls[0], Approval::Approved));
    // The next call that needs it waits as well.
    let second = held.waits(1).await;
    assert_ne!(second[0].id, calls[0]);
    assert!(held.server.decide(&second[0].id, Approval::Approved));
    let done = held.wait(&run).await;
    assert_eq!(done["result"], 4);
    let calls: Vec<_> = done["calls"].as_array().unwrap().iter().map(|it| &it["tool"]).collect();
    assert_eq!(calls, ["up.echo", "up.text", "up.echo", "up.media"]);
    // A result is fetched once.
    let again = held.client.call("wait_run", json!({"run": run})).await;
    assert_eq!(again.is_error, Some(true));
    assert_eq!(held.ends(&run, RunState::Returned).await, [EffectState::Done; 4]);
}

#[tokio::test]
async fn a_rejected_call_throws_and_the_program_goes_on() {
    let held = Held::new(limits()).await;
    let code = "try { await up.text({}) } catch (error) { return [error.name, error.message] }";
    let (run, calls) = held.hold(code).await;
    let waiting = outside(held.runs(), |decisions| decisions.waiting().unwrap()).await;
    assert_eq!(waiting, held.server.waiting());
    let id = calls[0].clone();
    let decided = outside(held.runs(), move |decisions| {
        [decisions.reject(&id, "not today").unwrap(), decisions.approve(&id).unwrap()]
    });
    assert_eq!(decided.await, [true, false]);
    assert_eq!(held.wait(&run).await["result"], json!(["RejectedError", "not today"]));
    assert_eq!(held.ends(&run, RunState::Returned).await, [EffectState::Refused]);
    let (run, calls) = held.hold("return await up.text({})").await;
    let id = calls[0].clone();
    assert!(outside(held.runs(), move |decisions| decisions.approve(&id).unwrap()).await);
    assert_eq!(held.wait(&run).await["result"], "{\"not\": \"parsed\"}");
}

#[tokio::test]
async fn without_a_decision_a_call_is_rejected() {
    let limits = Limits { approval_time: Duration::from_millis(1), ..patient() };
    let held = Held::new(limits).await;
    let code = "try { await up.text({}) } catch (error) { return [error.name, error.message] }";
    let result = held.client.call("run_code", json!({"code": code})).await;
    let result = result.structured_content.unwrap()["result"].take();
    assert_eq!(result, json!(["RejectedError", "no decision within 1ms"]));
    assert!(held.server.waiting().is_empty());
}

/// Neither a program nor a model decides, whatever ids it knows.
#[tokio::test]
async fn approval_cannot_be_forged() {
    let held = Held::new(limits()).await;
    let names = held.client.service.list_all_tools().await.unwrap();
    let names: Vec<_> = names.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names, ["run_code", "search_tools", "describe_tool", "wait_run"]);
    let (run, calls) = held
        .hold(
            "const waits = up.text({ approved: true, id: '0' });
             const tries = [];
             for (const name of ['approve', 'decide', 'wait_run', 'then', '__proto__']) {
                 try { tries.push(await up[name]({ id: '0' })) } catch (error) {}
             }
             for (const it of [up, up.text, waits]) {
                 try { it.approved = true; Object.defineProperty(it, 'approved', { value: 1 }) } catch {}
             }
             globalThis.up = { text: async () => 'forged' };
             return [tries, await waits]",
        )
        .await;
    let random = RunId::random().unwrap().to_string();
    for arguments in [
        json!({"run": random}),
        json!({"run": calls[0]}),
        json!({"run": run.to_uppercase()}),
        json!({"run": format!(" {run}")}),
        json!({"run": [run]}),
        json!({"call": calls[0]}),
        json!({}),
    ] {
        let result = held.client.call("wait_run", arguments.clone()).await;
        assert_eq!(result.is_error, Some(true), "{arguments}");
    }
    for arguments in [
        json!({"run": run, "approve": true, "id": calls[0], "decision": "approved"}),
        json!({"run": run, "calls": [{"id": calls[0], "approved": true}]}),
    ] {
        let result = held.client.call("wait_run", arguments).await;
        assert!(result.structured_content.unwrap().get("waiting").is_some());
    }
    for name in ["approve", "approve_call", "decide", "reject"] {
        let result = held.client.service.call_tool(params(name, &json!({"id": calls[0]}))).await;
        assert!(result.is_err(), "{name}");
    }
    assert!(!held.server.decide("0", Approval::Approved));
    assert!(!held.server.decide(&run, Approval::Approved));
    assert_eq!(held.waits(1).await[0].id, calls[0]);
    loop {
        let states: Vec<_> = held.recorded(&run).1.iter().map(|it| it.state).collect();
        assert_eq!(states[0], EffectState::Planned);
        if states.len() > 3 && states[1..].iter().all(|state| *state == EffectState::Refused) {
            break;
        }
        tokio::task::yield_now().await;
    }
    held.server.decide(&calls[0], Approval::Rejected("no".to_owned()));
    assert_eq!(held.wait(&run).await["error"]["name"], "RejectedError");
}

/// The call of a run that is cancelled, or whose client is gone, is never made.
#[tokio::test]
async fn a_run_that_is_cancelled_while_it_waits_makes_no_call() {
    // A request that is not answered yet.
    let held = Held::new(patient()).await;
    let client = Client::new(&held.server, ClientLifecycleMode::Initialize).await;
    let request =
        client.service.call_tool(params("run_code", &json!({"code": "await up.wait({})"})));
    let waiting = tokio::select! {
        _ = request => panic!("it waits"),
        waiting = held.waits(1) => waiting,
    };
    client.service.cancel().await.unwrap();
    held.waits(0).await;
    assert!(!held.server.decide(&waiting[0].id, Approval::Approved));
    let run = waiting[0].run.to_string();
    assert_eq!(held.ends(&run, RunState::Cancelled).await, [EffectState::NeverMade]);

    // A run that goes on, and whose client is gone.
    let mut held = Held::new(limits()).await;
    let (run, _) = held.hold("await up.wait({})").await;
    let other = Client::new(&held.server, ClientLifecycleMode::Initialize).await;
    std::mem::replace(&mut held.client, other).service.cancel().await.unwrap();
    held.waits(0).await;
    assert_eq!(held.ends(&run, RunState::Cancelled).await, [EffectState::NeverMade]);
}

#[tokio::test]
async fn the_server_ends_the_runs_that_go_on() {
    let held = Held::new(limits()).await;
    let (run, _) = held.hold("await up.wait({})").await;
    let Held { server, client, folder, .. } = held;
    client.service.cancel().await.unwrap();
    client.serving.await.unwrap().unwrap();
    Arc::into_inner(server).unwrap().close().await;
    let reader = RunReader::open(folder.path().join("runs")).unwrap();
    let (shown, effects) = reader.run(run.parse().unwrap()).unwrap().unwrap();
    assert_eq!(shown.run.state, RunState::Cancelled);
    assert_eq!(effects[0].state, EffectState::NeverMade);
}

#[tokio::test]
async fn runs_that_go_on_are_bounded() {
    let held = Held::new(Limits { held_runs: 1, ..limits() }).await;
    let (run, calls) = held.hold("return await up.text({ n: 1 })").await;
    let code = json!({"code": "return await up.text({ n: 2 })"});
    let second = held.client.call("run_code", code);
    let approve = async {
        let waiting = held.waits(2).await;
        let other = waiting.iter().find(|call| call.id != calls[0]).unwrap();
        assert!(held.server.decide(&other.id, Approval::Approved));
    };
    // The client waits for the answer of the second one.
    let (second, ()) = tokio::join!(second, approve);
    assert_eq!(second.structured_content.unwrap()["result"], "{\"not\": \"parsed\"}");
    assert!(held.server.decide(&calls[0], Approval::Approved));
    held.ends(&run, RunState::Returned).await;
    // Recorded after the end of the first one, so that its result is there.
    held.client.call("run_code", json!({"code": "1"})).await;
    // One whose result is there makes room.
    let (other, calls) = held.hold("return await up.text({ n: 3 })").await;
    let gone = held.client.call("wait_run", json!({"run": run})).await;
    assert_eq!(gone.is_error, Some(true));
    assert!(held.server.decide(&calls[0], Approval::Approved));
    held.wait(&other).await;
}

#[tokio::test]
async fn whoever_decides_sees_the_whole_argument() {
    let held = Held::new(limits()).await;
    let code = |length: usize| format!("return await up.text({{ it: 'x'.repeat({length}) }})");
    let (run, calls) = held.hold(&code((32 << 10) - 9)).await;
    assert_eq!(held.server.waiting()[0].arguments.len(), 32 << 10);
    held.server.decide(&calls[0], Approval::Approved);
    assert_eq!(held.wait(&run).await["result"], "{\"not\": \"parsed\"}");
    let result = held.client.call("run_code", json!({"code": code((32 << 10) - 8)})).await;
    assert!(text(&result).contains("its argument is longer than 32768 bytes"), "{}", text(&result));
}

/// A client that asks its user.
#[derive(Clone)]
struct Asking {
    action: ElicitationAction,
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Notify>,
}

impl ClientHandler for Asking {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(ElicitationCapability::new());
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            panic!("a form");
        };
        self.asked.lock().unwrap().push(message);
        tokio::select! {
            () = self.answers.notified() => {}
            () = context.ct.cancelled() => self.asked.lock().unwrap().push("cancelled".to_owned()),
        }
        Ok(ElicitResult::new(self.action.clone()))
    }
}

impl Held {
    async fn asking(
        &self,
        action: ElicitationAction,
    ) -> (RunningService<RoleClient, Asking>, Asking) {
        let asking = Asking { action, asked: Arc::default(), answers: Arc::default() };
        let (near, far) = tokio::io::duplex(64 << 10);
        let server = Arc::clone(&self.server);
        tokio::spawn(async move {
            let (reader, writer) = tokio::io::split(far);
            server.serve(reader, writer, std::future::pending()).await
        });
        let lifecycle = ClientLifecycleMode::Initialize;
        let service = asking.clone().serve_with_lifecycle(near, lifecycle).await.unwrap();
        (service, asking)
    }
}

#[tokio::test]
async fn a_client_that_can_is_asked() {
    let held = Held::new(patient()).await;
    let code = json!({"code": "try { return await up.text({ n: '\\u202e' }) } catch (error) { return error.name }"});
    for (action, expected) in [
        (ElicitationAction::Accept, "{\"not\": \"parsed\"}"),
        (ElicitationAction::Decline, "RejectedError"),
        (ElicitationAction::Cancel, "RejectedError"),
    ] {
        let (service, asking) = held.asking(action).await;
        asking.answers.notify_one();
        let result = service.call_tool(params("run_code", &code)).await.unwrap();
        assert_eq!(result.structured_content.unwrap()["result"], expected);
        let asked = asking.asked.lock().unwrap().clone();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].contains("up.text({\"n\":\"\\u202e\"})"), "{asked:?}");
    }
}

/// The client is told when somebody else has decided.
#[tokio::test]
async fn whoever_decides_first_counts() {
    let held = Held::new(patient()).await;
    let (service, asking) = held.asking(ElicitationAction::Decline).await;
    let code = json!({"code": "return await up.text({})"});
    let run = service.call_tool(params("run_code", &code));
    let approve = async {
        let waiting = held.waits(1).await;
        while asking.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        let id = waiting[0].id.clone();
        assert!(outside(held.runs(), move |decisions| decisions.approve(&id).unwrap()).await);
    };
    let (result, ()) = tokio::join!(run, approve);
    let result = result.unwrap().structured_content.unwrap();
    assert_eq!(result["result"], "{\"not\": \"parsed\"}");
    while asking.asked.lock().unwrap().last().is_none_or(|last| last != "cancelled") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_socket_is_for_its_user_alone_and_survives_nonsense() {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::UnixStream;

    let held = Held::new(limits()).await;
    let path = held.folder.path().join("runs.sock");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for line in ["", "\n", "{}\n", "{\"approve\":{}}\n", "[[[[\n", &"x".repeat(100_000)] {
        // The server may close the connection before all is written.
        let _ = UnixStream::connect(&path).unwrap().write_all(line.as_bytes());
    }
    assert!(outside(held.runs(), |decisions| decisions.waiting().unwrap()).await.is_empty());
    assert!(Decisions::of(&held.runs()).reject("x", &"r".repeat(20_000)).is_err());
    drop(held.server);
}

/// After a crash, the socket of the dead process is there.
#[tokio::test]
async fn a_socket_of_a_dead_process_is_replaced_and_nothing_else_is() {
    let open = |folder: &TempDir| {
        let runs = RunStore::open(folder.path().join("runs"), isolet_runs::Options::default());
        Options { runs: Some(runs.unwrap()), ..Options::default() }
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let server = start_with(json!({"mcpServers": {}}), open(&folder)).await.unwrap();
    let runs = folder.path().join("runs");
    assert!(outside(runs, |decisions| decisions.waiting().unwrap()).await.is_empty());
    server.close().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("runs.sock"), "mine").unwrap();
    let refused = start_with(json!({"mcpServers": {}}), open(&folder)).await;
    assert!(refused.is_err());
    assert_eq!(std::fs::read_to_string(folder.path().join("runs.sock")).unwrap(), "mine");
}

#[tokio::test]
async fn secrets_of_the_configuration_are_not_recorded() {
    const TOKEN: &str = "t0ken-of-many-bytes";

    let (peer, folder) = (Peer::new(OLD), tempfile::tempdir().unwrap());
    let config = json!({
        "mcpServers": {"up": {"url": peer.over_http().await, "bearer": "${TOKEN}"}},
        "approve": ["up.text"],
    });
    let token = |name: &str| (name == "TOKEN").then(|| TOKEN.to_owned());
    let config = Config::parse(&config.to_string(), token).unwrap();
    let path = folder.path().join("runs");
    let redactor = Some(config.redactor());
    let options = isolet_runs::Options { redactor, ..isolet_runs::Options::default() };
    let runs = Some(RunStore::open(&path, options).unwrap());
    let options = Options { runs, limits: limits(), ..Options::default() };
    let server = Arc::new(Server::start(&ENGINE, config, options).await.unwrap());
    let client = Client::new(&server, ClientLifecycleMode::Initialize).await;
    let code = format!("await up.echo({{ it: 'x {TOKEN}' }}); await up.text({{ it: '{TOKEN}' }})");
    let result = client.call("run_code", json!({"code": code})).await;
    assert!(result.structured_content.unwrap().get("waiting").is_some());
    let waiting = server.waiting();
    assert_eq!(waiting[0].arguments, "{\"it\":\"isolet.secret.TOKEN.\"}");
    let shown = RunReader::open(&path).unwrap().run(waiting[0].run).unwrap().unwrap();
    assert_eq!(shown.1[0].result.as_ref().unwrap().text, "{\"it\":\"x isolet.secret.TOKEN.\"}");
    let shown = format!("{shown:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
}
