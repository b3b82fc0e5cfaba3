//! Creates and calls a worker in one expression, and checks the report.
//!
//! ```ignore
//! Case::body("return arg.value * 2").arg(json!({ "value": 21 })).run().await.expect_ok(json!(42));
//! ```

use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use isolet::{
    Backend, Binding, Engine, EngineConfig, Entrypoint, Error, Exception, Level, LimitError,
    LimitKind, Limits, LogLine, Module, Outcome, Report, Value, Worker, WorkerCode,
};
use serde::Serialize;
use serde_json::Value as Json;

/// The maximum time of a wait. A test that takes longer hangs, and no test comes near it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// The seed of every case that does not choose one.
pub(crate) const SEED: u64 = 7;

/// Returns the configuration that every engine of the tests is based on.
pub(crate) fn config() -> EngineConfig {
    EngineConfig::new().backend(backend()).max_sandboxes(200).torture(torture())
}

/// Returns the backend that most tests use.
pub(crate) fn backend() -> Backend {
    if backends().len() == 1 { backends()[0] } else { Backend::default() }
}

/// Returns the backend that `ISOLET_BACKEND` names, or all.
pub(crate) fn backends() -> &'static [Backend] {
    let Ok(name) = std::env::var("ISOLET_BACKEND") else { return Backend::ALL };
    let backend = Backend::ALL.iter().find(|backend| backend.name() == name);
    std::slice::from_ref(backend.unwrap_or_else(|| panic!("{name} is no backend")))
}

/// Returns true if every sandbox is dumped and restored after each turn, which takes a hundred
/// times as long.
pub(crate) fn torture() -> bool {
    std::env::var("ISOLET_TORTURE").is_ok_and(|value| value == "1")
}

/// Returns the engine that most tests share.
pub(crate) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::with_config(config()).expect("an engine")).clone()
}

/// Returns an engine that nothing has run in.
pub(crate) fn fresh_engine() -> Engine {
    Engine::with_config(config().max_sandboxes(8)).expect("an engine")
}

/// Waits for a future, for at most [`PATIENCE`].
///
/// # Panics
/// Panics if the future is not ready by then.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("the test hangs")
}

/// Asserts that the shared engine still works.
pub(crate) async fn assert_alive() {
    let run = Case::body("return [arg, await Promise.resolve(2)]").arg(1).run().await;
    let _ = run.expect_ok([1, 2]);
}

/// A worker and a call of it.
pub(crate) struct Case {
    engine: Engine,
    code: WorkerCode,
    limits: Limits,
    seed: Option<u64>,
    entrypoint: Option<String>,
    method: Option<String>,
    arguments: Vec<Json>,
    fresh: bool,
}

impl Case {
    /// Creates a case from the module `main.js`, whose default export has a method `run`.
    pub(crate) fn js(source: impl Into<String>) -> Self {
        Self::named("main.js", source)
    }

    /// Creates a case from the module `main.ts`, whose default export has a method `run`.
    pub(crate) fn ts(source: impl Into<String>) -> Self {
        Self::named("main.ts", source)
    }

    /// Creates a case from the body of an async method `run(arg, env, ctx)`. The body is on line 1.
    pub(crate) fn body(body: &str) -> Self {
        Self::js(format!("export default {{ async run(arg, env, ctx) {{ {body}\n}} }};"))
    }

    pub(crate) fn named(name: &str, source: impl Into<String>) -> Self {
        Self {
            engine: engine(),
            code: WorkerCode::module(name, source),
            // An interpreter takes longer.
            limits: match backend() {
                Backend::Native => Limits::default(),
                _ => Limits::default().wall(PATIENCE),
            },
            seed: Some(SEED),
            entrypoint: None,
            method: Some("run".to_owned()),
            arguments: Vec::new(),
            fresh: false,
        }
    }

    pub(crate) fn engine(mut self, engine: &Engine) -> Self {
        self.engine = engine.clone();
        self
    }

    pub(crate) fn code(mut self, change: impl FnOnce(WorkerCode) -> WorkerCode) -> Self {
        self.code = change(self.code);
        self
    }

    pub(crate) fn file(self, name: &str, text: impl Into<String>) -> Self {
        self.code(|code| code.file(name, text))
    }

    pub(crate) fn module(self, name: &str, module: Module) -> Self {
        self.code(|code| code.add(name, module))
    }

    pub(crate) fn env(self, name: &str, binding: impl Into<Binding>) -> Self {
        self.code(|code| code.env(name, binding))
    }

    pub(crate) fn limits(mut self, change: impl FnOnce(Limits) -> Limits) -> Self {
        self.limits = change(self.limits);
        self
    }

    pub(crate) fn seed(mut self, seed: impl Into<Option<u64>>) -> Self {
        self.seed = seed.into();
        self
    }

    pub(crate) fn entrypoint(mut self, name: &str) -> Self {
        self.entrypoint = Some(name.to_owned());
        self
    }

    pub(crate) fn call(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Calls the export itself.
    pub(crate) fn no_method(mut self) -> Self {
        self.method = None;
        self
    }

    pub(crate) fn arg(mut self, argument: impl Serialize) -> Self {
        self.arguments.push(serde_json::to_value(argument).expect("JSON"));
        self
    }

    /// Runs the call in a sandbox of its own, from the app image.
    pub(crate) fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// # Errors
    /// Errors if `load` refuses the code.
    pub(crate) fn load(self) -> isolet::Result<Worker> {
        let code = self.code.limits(self.limits);
        let code = match self.seed {
            Some(seed) => code.seed(seed),
            None => code,
        };
        let worker = self.engine.loader().load(code)?;
        Ok(if self.fresh { worker.fresh_per_call() } else { worker })
    }

    pub(crate) fn worker(self) -> Worker {
        self.load().expect("code that loads")
    }

    pub(crate) async fn run(self) -> Run {
        let (entrypoint, method) = (self.entrypoint.clone(), self.method.clone());
        let arguments = self.arguments.clone();
        let worker = self.worker();
        let entrypoint = match entrypoint {
            Some(name) => worker.named_entrypoint(name),
            None => worker.entrypoint(),
        };
        run(&entrypoint, method.as_deref(), arguments).await
    }
}

/// Calls an entrypoint of a worker that the test holds itself.
pub(crate) async fn run(
    entrypoint: &Entrypoint,
    method: Option<&str>,
    arguments: impl Serialize,
) -> Run {
    Run(soon(entrypoint.run(method, arguments)).await)
}

/// Runs the method `run` of the default export.
pub(crate) async fn call(worker: &Worker, argument: impl Serialize) -> Run {
    run(&worker.entrypoint(), Some("run"), (argument,)).await
}

/// The report of a call.
#[derive(Debug)]
#[must_use]
pub(crate) struct Run(pub(crate) Report);

impl Run {
    #[track_caller]
    pub(crate) fn value(&self) -> &Value {
        match &self.0.result {
            Ok(value) => value,
            Err(error) => panic!("not ok but {:?}: {error}\n{:?}", self.0.outcome(), self.0),
        }
    }

    #[track_caller]
    pub(crate) fn error(&self) -> &Error {
        match &self.0.result {
            Ok(value) => panic!("no error but {value:?}"),
            Err(error) => error,
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.value().to_json()).expect("JSON")
    }

    #[track_caller]
    pub(crate) fn expect_ok(self, expected: impl Serialize) -> Self {
        assert_eq!(self.json(), serde_json::to_value(expected).expect("JSON"));
        self
    }

    #[track_caller]
    pub(crate) fn expect_undefined(self) -> Self {
        assert!(self.value().is_undefined(), "{:?}", self.value());
        self
    }

    #[track_caller]
    pub(crate) fn expect_outcome(self, outcome: Outcome) -> Self {
        assert_eq!(self.0.outcome(), outcome, "{:?}", self.0);
        self
    }

    #[track_caller]
    pub(crate) fn exception(&self) -> &Exception {
        match self.error() {
            Error::Exception(exception) => exception,
            other => panic!("not an exception but {other:?}"),
        }
    }

    /// Asserts that the call threw an error of that name whose message contains `text`.
    #[track_caller]
    pub(crate) fn expect_exception(self, name: &str, text: &str) -> Self {
        let exception = self.exception();
        assert_eq!(exception.name, name, "{exception:?}");
        assert!(exception.message.contains(text), "{text:?} is not in {:?}", exception.message);
        self
    }

    /// Asserts that the code did not load, and that the message contains each of `texts`.
    #[track_caller]
    pub(crate) fn expect_load_error(self, texts: &[&str]) -> Self {
        let Error::Load(exception) = self.error() else {
            panic!("not a load error but {:?}", self.error())
        };
        for text in texts {
            assert!(
                exception.to_string().contains(text),
                "{text:?} is not in {:?}",
                exception.to_string()
            );
        }
        self
    }

    /// Asserts that the call was stopped at that limit, and that the message contains the limit and
    /// the amount used.
    #[track_caller]
    pub(crate) fn expect_limit(self, kind: LimitKind) -> LimitError {
        let error = self.error();
        let Error::Limit(limit) = error else { panic!("not a limit but {error:?}") };
        assert_eq!(limit.kind, kind, "{error}");
        let text = error.to_string();
        assert!(text.contains(&limit.limit.to_string()), "{text}");
        assert!(text.contains(&limit.actual.to_string()), "{text}");
        *limit
    }

    pub(crate) fn fuel(&self) -> u64 {
        self.0.usage.fuel
    }

    pub(crate) fn logs(&self) -> Vec<&str> {
        self.0.logs.iter().map(|line| line.message.as_str()).collect()
    }

    #[track_caller]
    pub(crate) fn expect_logs(self, expected: &[&str]) -> Self {
        assert_eq!(self.logs(), expected);
        self
    }

    pub(crate) fn levels(&self) -> Vec<Level> {
        self.0.logs.iter().map(|line| line.level).collect()
    }

    pub(crate) fn lines(&self) -> &[LogLine] {
        &self.0.logs
    }
}

/// Returns an engine with room for that many sandboxes.
pub(crate) fn fresh_engine_of(sandboxes: u32) -> Engine {
    Engine::with_config(config().max_sandboxes(sandboxes)).expect("an engine")
}

/// Calls until there is room. A sandbox that was dropped ends when its driver next runs.
pub(crate) async fn retry_overloaded(worker: &Worker) -> Run {
    soon(async {
        loop {
            let run = call(worker, ()).await;
            if !matches!(run.0.result, Err(Error::Overloaded(_))) {
                return run;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}
