//! The fuzz targets that drive a host. A test of this crate replays each input of the corpus.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::engine::bindings::sandbox as wit;
use crate::engine::source::{Found, Module, ModuleSource, Sources};
use crate::engine::transpiler::TranspileOptions;
use crate::engine::{Engine, EngineConfig};
use crate::error::diagnostics::point_at;
use crate::limits::Limits;
use crate::tests::choices::Choices;
use crate::tests::picture;
use crate::tests::raw_guest::Liar;
use crate::tests::script::{
    ECHO, GATE, OWN, call, code, message, method, outcome, pipelined, settle, undefined,
};
use crate::worker_code::WorkerCode;

/// The time after which an input counts as hanging. It is more than any input takes, even
/// with a sanitizer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The number of the loader that the liar holds beside the capabilities of all liars.
pub(crate) const LOADER: u32 = 3;

fn impatient() -> WorkerCode {
    code().loader("LOADER").limits(Limits::default().wall(Duration::from_millis(5)))
}

/// One engine and one thread for all inputs.
struct Bench {
    runtime: Runtime,
    liar: Liar,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    Bench { runtime, liar: Liar::new(impatient) }
});

impl Bench {
    fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let work = async { tokio::time::timeout(TIMEOUT, work).await };
        self.runtime.block_on(work).expect("it ends")
    }
}

/// Runs a guest that answers a call, and the events that follow from it, with effects that
/// nobody asked for.
pub fn effects(data: &[u8]) {
    let Bench { liar, .. } = &*BENCH;
    let picture = Choices::new(data).picture(liar.end);
    BENCH.run(answers(&liar.another(), &picture));
    BENCH.run(all_is_given_back(liar));
}

/// Runs a guest that asks for a worker to be loaded. The first byte says whether the rest
/// is the argument itself or the choices that it is made from.
pub fn load_request(data: &[u8]) {
    let Some((&form, rest)) = data.split_first() else { return };
    let (load, options) = if form % 2 == 0 {
        (rest.to_vec(), undefined())
    } else {
        let mut choices = Choices::new(rest);
        (choices.load_request(), message(&choices.entrypoint_request()))
    };
    // The argument may name any capability that the sandbox holds.
    let capabilities = [OWN, GATE, ECHO, LOADER].map(wit::Capability::Imported).to_vec();
    let load = wit::Message { data: load, capabilities };
    let effects = vec![
        method(call(1, 1, LOADER, load.clone()), "load"),
        method(pipelined(2, 1, wit::Capability::Promised(1), options), "getEntrypoint"),
        call(3, 1, wit::Capability::Promised(2), undefined()),
        method(call(4, 1, LOADER, load), "get"),
    ];
    let ends = outcome(vec![settle(1, Ok(undefined()))]);
    let script = [outcome(effects), outcome(vec![]), outcome(vec![]), ends];
    let Bench { liar, .. } = &*BENCH;
    BENCH.run(answers(&liar.another(), &picture::of(&script, liar.end)));
    BENCH.run(all_is_given_back(liar));
}

/// Returns the sources of a worker, in an engine with our own guests.
fn sources(modules: BTreeMap<String, Module>, elsewhere: Option<Arc<dyn ModuleSource>>) -> Sources {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        Engine::with_config(EngineConfig::new().max_sandboxes(1)).expect("an engine")
    });
    let limits = Limits::default();
    let quota = ENGINE.quota_below(None, &limits);
    Sources::new(
        Arc::clone(ENGINE.transpiler()),
        modules,
        elsewhere,
        &limits,
        &quota,
        TranspileOptions::default(),
    )
}

/// The result of the native build of the transpiler for a text: code and mappings, or
/// message, line and column.
pub type Transpiled = Result<(String, Vec<[u32; 4]>), (String, u32, u32)>;

/// Asserts that the guest transpiles the text like the native build.
pub fn transpiles_alike(ending: &str, source: &str, native: Transpiled) {
    let name = format!("main.{ending}");
    let module = Module::by_name(&name, source).expect("a kind of module");
    let modules = BTreeMap::from([(name.clone(), module)]);
    let sources = sources(modules, None);
    let made = match BENCH.run(sources.module(&name, None, None)) {
        Ok(wit::Module { body: wit::ModuleBody::Javascript(script), .. }) => {
            let fields =
                |it: &wit::Mapping| [it.generated_line, it.generated_column, it.line, it.column];
            Ok((script.code, script.mappings.iter().map(fields).collect()))
        }
        Ok(wit::Module { body: wit::ModuleBody::Commonjs(code), .. }) => Ok((code, Vec::new())),
        Err(wit::SourceError::Invalid(text)) => Err(text),
        other => panic!("{source:?} became {other:?}"),
    };
    // The guest's stack is smaller than the one that the native build is given.
    if made.as_ref().is_err_and(|text| text.ends_with("nested too deeply to be parsed")) {
        return;
    }
    let native =
        native.map_err(|(message, line, column)| point_at(&message, &name, source, line, column));
    assert_eq!(made, native, "{source:?}");
}

/// A module source that has no modules and records the names that it is asked for.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>);

impl ModuleSource for Asked {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        self.0.lock().expect("a list").push(name.to_owned());
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// Asks the host for the specifier that an honest guest resolves, and for each line of the
/// input, as a liar would.
pub fn specifier(data: &[u8], resolved: Option<&str>) {
    let Ok(text) = str::from_utf8(data) else { return };
    for specifier in text.split('\n').chain(resolved) {
        let asked = Arc::new(Asked::default());
        let modules = BTreeMap::from([("main.js".to_owned(), Module::JavaScript(text.into()))]);
        let elsewhere: Arc<dyn ModuleSource> = asked.clone();
        let sources = sources(modules, Some(elsewhere));
        let found = BENCH.run(sources.module(specifier, None, None));
        assert!(found.is_err() || "main.js".starts_with(specifier), "{specifier:?}");
        for stack in text.split('\n').chain([text, &format!("at f (main.js:1:{text}")]) {
            BENCH.run(sources.explain_syntax(specifier, Some(stack)));
        }
        let asked = asked.0.lock().expect("a list");
        for name in asked.iter() {
            assert!(!name.contains(['\\', '\0']), "{name:?}");
            let leads = |part| matches!(part, "" | "." | "..");
            assert!(!name.split('/').any(leads), "{name:?}");
        }
    }
}

/// Checks that the caller gets an answer soon whatever the guest says, and that nothing of the
/// call is left. Calls twice, so that the second call meets what the first one left behind.
pub(crate) async fn answers(liar: &Liar, picture: &[u8]) {
    for _ in 0..2 {
        // Dropping the value ends what the stubs in it hold.
        drop(liar.shows(picture).await);
    }
    // The driver learns of the end of a call by message.
    loop {
        let stats = liar.worker.stats().await;
        // The stubs that it holds and the answers that it keeps stay until it ends.
        if stats.invocations == 0 && stats.calls == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until every sandbox has ended, including those of loaded workers.
async fn all_is_given_back(liar: &Liar) {
    loop {
        let permits: Vec<_> = (0..Liar::MAX_SANDBOXES).map(|_| liar.engine.permit()).collect();
        if permits.iter().all(Result::is_ok) {
            return;
        }
        drop(permits);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
