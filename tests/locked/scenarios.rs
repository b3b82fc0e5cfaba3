//! The scenarios that the process may be told to run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use isolet::{Backend, Engine, EngineConfig, Limits, Lockdown, LockdownError, Worker, WorkerCode};
use tokio::runtime::Runtime;

use crate::{escape, kernel};

const WORKERS: usize = 3;

pub(crate) fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let what = arguments.next().expect("what to do");
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let end = match what.to_str().expect("UTF-8") {
        "engine-first" => engine_first(&folder),
        "engine-last" => engine_last(&folder),
        "twice" => twice(&folder),
        "no-path" => Lockdown::new().read(folder.join("nothing")).apply(),
        "no-landlock" => {
            kernel::without(libc::SYS_landlock_create_ruleset, libc::ENOSYS);
            Lockdown::new().apply()
        }
        "no-seccomp" => {
            kernel::without(libc::SYS_seccomp, libc::EINVAL);
            Lockdown::new().apply()
        }
        "thread" => beside_a_thread(),
        "no-code" => {
            println!("{}", code_made_at_run_time());
            return;
        }
        other => panic!("{other}?"),
    };
    if end.is_ok() {
        println!("locked");
        return;
    }
    // None of these errors leaves it half locked down.
    escape::everything_is_open(&folder);
    match end {
        Err(LockdownError::Landlock(_)) => println!("no Landlock"),
        Err(LockdownError::Seccomp(_)) => println!("no seccomp"),
        Err(LockdownError::Threads(threads)) => println!("{threads} threads"),
        Err(LockdownError::Path { path, source }) => {
            println!("{}: {:?}", path.file_name().expect("a name").display(), source.kind());
        }
        other => panic!("{other:?}"),
    }
}

fn lock(folder: &Path) -> Result<(), LockdownError> {
    Lockdown::new().read(folder.join("inside")).apply()
}

fn engine_first(folder: &Path) -> Result<(), LockdownError> {
    let engine = engine();
    lock(folder)?;
    check(&engine, folder);
    Ok(())
}

fn engine_last(folder: &Path) -> Result<(), LockdownError> {
    lock(folder)?;
    check(&engine(), folder);
    Ok(())
}

fn twice(folder: &Path) -> Result<(), LockdownError> {
    lock(folder)?;
    let again = Lockdown::new().read("/").apply();
    assert!(again.is_err(), "{again:?}");
    escape::nothing_gets_out(folder);
    Ok(())
}

fn beside_a_thread() -> Result<(), LockdownError> {
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || ended.recv());
    let result = Lockdown::new().apply();
    drop(end);
    let _ = thread.join();
    result
}

fn engine() -> Engine {
    let torture = std::env::var("ISOLET_TORTURE").is_ok_and(|value| value == "1");
    let backend = std::env::var("ISOLET_BACKEND").ok();
    let backend = Backend::ALL.iter().find(|it| Some(it.name()) == backend.as_deref());
    let backend = backend.copied().unwrap_or_default();
    let config = EngineConfig::new().backend(backend).max_sandboxes(200).torture(torture);
    Engine::with_config(config).expect("an engine")
}

/// Returns the executable mappings that belong to no file, after workers have run.
fn code_made_at_run_time() -> String {
    let engine = engine();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        for (name, source) in [
            ("a.js", "export default { f: (n) => JSON.stringify([n]) }"),
            ("b.ts", "enum E { A } export default { f: (n: number) => String(E.A + n) }"),
        ] {
            let worker = engine.loader().load(WorkerCode::module(name, source)).expect("a worker");
            let text: String = worker.entrypoint().call("f", (1,)).await.expect("a result");
            assert!(text.contains('1'), "{text}");
        }
    });
    let maps = std::fs::read_to_string("/proc/self/maps").expect("the mappings");
    let of_a_file = |name: &str| name.starts_with('/') && !name.starts_with("/memfd:");
    let (of_files, made): (Vec<&str>, Vec<&str>) = maps
        .lines()
        .filter(|line| line.split(' ').nth(1).is_some_and(|protection| protection.contains('x')))
        .filter(|line| !line.ends_with("[vdso]") && !line.ends_with("[vsyscall]"))
        .partition(|line| line.split_whitespace().nth(5).is_some_and(of_a_file));
    assert!(!of_files.is_empty(), "{maps}");
    made.join("\n")
}

fn check(engine: &Engine, folder: &Path) {
    escape::nothing_gets_out(folder);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .expect("a runtime");
    on_every_thread(&runtime, folder);
    runtime.block_on(workers(engine, folder));
    // Threads that sandboxes and images were made on have come since.
    on_every_thread(&runtime, folder);
}

fn on_every_thread(runtime: &Runtime, folder: &Path) {
    // Each waits for the others, so that no thread runs two of them.
    let barrier = Arc::new(Barrier::new(WORKERS));
    let tasks = (0..WORKERS).map(|_| {
        let (barrier, folder) = (Arc::clone(&barrier), folder.to_owned());
        runtime.spawn(async move {
            barrier.wait();
            escape::nothing_gets_out(&folder);
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let folder = folder.to_owned();
    let other = folder.clone();
    runtime.block_on(async {
        for task in tasks {
            task.await.expect("a worker of tokio's");
        }
        let blocking = tokio::task::spawn_blocking(move || escape::nothing_gets_out(&other));
        blocking.await.expect("a blocking thread");
    });
    let named = std::thread::Builder::new().name("named".to_owned());
    let thread = named.spawn(move || escape::nothing_gets_out(&folder)).expect("a thread");
    thread.join().expect("a thread of the standard library's");
}

/// The host code that runs in a sandbox's name.
struct Escape(PathBuf);

#[isolet::capability]
impl Escape {
    pub async fn attempt(&self) -> bool {
        escape::nothing_gets_out(&self.0);
        true
    }
}

const SOURCE: &str = "
    import { two } from './two.ts';
    enum Colour { Red = 2 }
    let calls: number = 0;
    interface Env { ESCAPE: { attempt(): Promise<boolean> }; LOADER: any }
    export default {
        async run(n: number, env: Env) {
            console.log('a log');
            await new Promise(resolve => setTimeout(resolve, 3));
            const child = env.LOADER.load({
                compatibilityDate: '2026-01-01',
                mainModule: 'child.ts',
                modules: { 'child.ts': 'export default { add40: (n: number) => n + 40 }' },
            });
            const sum = await child.getEntrypoint().add40(n);
            const large = new Uint8Array(8 << 20).fill(1);
            return [sum + two + Colour.Red, ++calls, await env.ESCAPE.attempt(), large.at(-1)];
        },
        deep() { const f = (): number => 1 + f(); try { f() } catch (error) { return error.name } },
        loop() { for (;;); },
    };";

async fn workers(engine: &Engine, folder: &Path) {
    let code = || {
        WorkerCode::module("main.ts", SOURCE)
            .file("two.ts", "export const two: number = 2;")
            .env("ESCAPE", Escape(folder.to_owned()))
            .loader("LOADER")
            .limits(Limits::default().wall(Duration::from_mins(1)))
    };
    let worker = engine.loader().load(code()).expect("a worker");
    run(&worker, [1, 2]).await;
    // From an image of the worker's own, which is made now.
    assert!(worker.prepare().await.expect("an image"));
    run(&worker.fresh_per_call(), [1, 1]).await;

    // The guests' stacks and fuel end without a signal, or with one that is handled.
    let name: String = worker.entrypoint().call("deep", ()).await.expect("an error's name");
    assert_eq!(name, "RangeError");
    let limits = Limits::default().fuel(10_000_000);
    let looping = engine.loader().load(code().limits(limits)).expect("a worker");
    let end = looping.entrypoint().call::<()>("loop", ()).await;
    assert!(matches!(end, Err(isolet::Error::Limit(_))), "{end:?}");
    let deep = format!("export default {}", "(".repeat(200_000));
    let deep = engine.loader().load(WorkerCode::module("deep.ts", deep)).expect("a worker");
    let end = deep.entrypoint().call::<()>("run", ()).await;
    assert!(matches!(end, Err(isolet::Error::Load(_))), "{end:?}");

    let many = (0..30).map(|_| {
        let worker = engine.loader().load(code()).expect("a worker");
        tokio::spawn(async move { run(&worker, [1, 2]).await })
    });
    for task in many.collect::<Vec<_>>() {
        task.await.expect("one of many");
    }
}

/// Calls it twice; `counts` is what it has counted by then.
async fn run(worker: &Worker, counts: [u32; 2]) {
    for count in counts {
        let end = worker.entrypoint().call("run", (7,)).await;
        let (sum, calls, refused, byte): (u32, u32, bool, u8) = end.expect("an answer");
        assert_eq!((sum, calls, refused, byte), (51, count, true, 1));
    }
}
