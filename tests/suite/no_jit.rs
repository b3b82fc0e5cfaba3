//! Backends: what they have in common, and that none makes memory executable.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use std::process::Command;

use isolet::{Backend, ConfigError, Engine, EngineConfig, Error, Limits, WorkerCode};

use crate::harness::{backends, soon};

/// Programs that lean on different parts of the guests: the interpreter, its memory, text, and
/// the transpiler.
const PROGRAMS: [(&str, &str); 4] = [
    (
        "sum.js",
        "export default () => { let n = 0; for (let i = 0; i < 3000; i++) n += i; return n }",
    ),
    (
        "memory.js",
        "export default () => Array.from({ length: 40 }, () => new Uint8Array(65536).fill(1)).length",
    ),
    (
        "text.js",
        "export default () => {
            const text = JSON.stringify(new Map([[1, { a: [1.5, 'x'] }]]).get(1))
            console.log(text)
            return text.replace(/\\d/g, (digit) => digit + digit)
        }",
    ),
    ("enum.ts", "enum E { A = 'a' } export default (n: number = 2): string => E.A.repeat(n)"),
];

fn config(backend: Backend) -> EngineConfig {
    EngineConfig::new().backend(backend).max_sandboxes(4)
}

async fn run(engine: &Engine, name: &str, source: &str) -> (String, u64, Vec<String>) {
    let code = WorkerCode::module(name, source).seed(7);
    let worker = engine.loader().load(code).expect("a worker").fresh_per_call();
    let mut last = None;
    // The first call makes the app image, and the second one begins with it.
    for _ in 0..2 {
        let report = soon(worker.entrypoint().run(None, ())).await;
        let logs = report.logs.iter().map(|line| line.message.clone()).collect();
        let value: serde_json::Value = report.result.expect("a result").to().expect("JSON");
        last = Some((value.to_string(), report.usage.fuel, logs));
    }
    last.expect("two calls")
}

#[tokio::test]
async fn results_logs_and_fuel_are_the_same_with_each() {
    for (name, source) in PROGRAMS {
        let mut all = Vec::new();
        for &backend in backends() {
            let engine = Engine::with_config(config(backend)).expect("an engine");
            all.push(run(&engine, name, source).await);
        }
        assert!(all.windows(2).all(|two| two[0] == two[1]), "{name}: {all:?}");
    }
}

#[tokio::test]
async fn memory_is_bounded_by_the_backend() {
    for &backend in backends() {
        let limit = if backend == Backend::Pulley { 512 << 20 } else { 4 << 30 };
        let _ = Engine::with_config(config(backend).max_memory_bytes(limit)).expect("an engine");
        let actual = limit + 1;
        let error = Engine::with_config(config(backend).max_memory_bytes(actual)).err();
        let expected = ConfigError::Memory { backend, actual, limit };
        assert!(matches!(error, Some(Error::InvalidConfig(it)) if it == expected), "{error:?}");
    }
}

#[tokio::test]
async fn a_sandbox_of_each_backend_is_limited() {
    for &backend in backends() {
        let engine = Engine::with_config(config(backend)).expect("an engine");
        let looped = WorkerCode::module("a.js", "export default () => { for (;;); }");
        let looped = looped.limits(Limits::default().fuel(20_000_000));
        let worker = engine.loader().load(looped).expect("a worker");
        let report = soon(worker.entrypoint().run(None, ())).await;
        let error = report.result.expect_err("a limit");
        assert!(error.to_string().contains("Limits::fuel"), "{backend}: {error}");

        let deep = "const f = () => f() + 1; export default () => { try { f() } catch (e) { return e.name } }";
        let worker = engine.loader().load(WorkerCode::module("b.js", deep)).expect("a worker");
        let report = soon(worker.entrypoint().run(None, ())).await;
        let name: String = report.result.expect("a result").to().expect("text");
        assert_eq!(name, "RangeError", "{backend}");
    }
}

/// Other tests of this process have engines of their own, whose machine code is copied.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn no_memory_is_made_executable() {
    for backend in Backend::ALL {
        let mut process = Command::new(env!("CARGO_BIN_EXE_locked"));
        let process = process.args(["no-code", "."]).env("ISOLET_BACKEND", backend.name());
        let output = process.output().expect("the process starts");
        assert!(output.status.success() && output.stdout == b"\n", "{backend}: {output:?}");
    }
}
