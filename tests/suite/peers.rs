//! The programs of `benches/peers`, which compares isolet with other backends: the work has the
//! answers that are written beside it, and the hostile ones end as they should, with a right
//! neighbour. Fuel takes the place of the time that they are given there.

use std::fs;
use std::path::{Path, PathBuf};

use isolet::{Engine, Entrypoint, Limits, WorkerCode};
use serde_json::{Value, json};

use crate::harness::engine;

struct Host;

#[isolet::capability]
impl Host {
    pub async fn double(&self, n: f64) -> f64 {
        n * 2.0
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/peers").join(name)
}

/// Returns the files of a folder that end in `.js`, in order.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the programs").map(|entry| entry.unwrap().path());
    let mut programs: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "js")).collect();
    programs.sort();
    programs
}

/// Loads a program as the backend of the comparison does.
fn load(engine: &Engine, source: &str, limits: Limits) -> Entrypoint {
    let source = format!(
        "{source}\nexport default {{ main: (arg, env) => main(arg, (n) => env.CAP.double(n)) }}"
    );
    let code = WorkerCode::module("main.js", source).env("CAP", Host).limits(limits);
    engine.loader().load(code).unwrap().entrypoint()
}

#[tokio::test]
async fn the_work_has_the_answers_that_are_written_beside_it() {
    let engine = engine();
    let mut checked = 0;
    for file in programs(&folder("work")) {
        let description = fs::read_to_string(file.with_extension("json")).unwrap();
        let description: Value = serde_json::from_str(&description).unwrap();
        // A library comes from a registry.
        if description.get("library").is_some() {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        let main = load(&engine, &source, Limits::default());
        let answer: Value = main.call("main", (description["arg"].clone(),)).await.unwrap();
        assert_eq!(as_number(&answer), as_number(&description["answer"]), "{}", file.display());
        checked += 1;
    }
    assert!(checked >= 9, "{checked} programs");
}

/// JavaScript has one kind of number.
fn as_number(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}

#[tokio::test]
async fn hostile_programs_end_as_they_should() {
    let engine = engine();
    let limits = || Limits::default().fuel(300_000_000).memory_bytes(64 << 20);
    let agent = fs::read_to_string(folder("work/agent.js")).unwrap();
    let neighbour = load(&engine, &agent, limits());
    let mut checked = 0;
    for kind in fs::read_dir(folder("hostile")).unwrap() {
        for file in programs(&kind.unwrap().path()) {
            let source = fs::read_to_string(&file).unwrap();
            let first = source.lines().next().unwrap();
            let end = first.strip_prefix("// ends: ").expect("how it ends").to_owned();
            let main = load(&engine, &source, limits());
            let result = main.run(Some("main"), ((),)).await.result;
            let right = match end.as_str() {
                "any" => true,
                "error" => result.is_err(),
                text => result
                    .as_ref()
                    .map_or(true, |value| value.to::<String>().is_ok_and(|value| value == text)),
            };
            assert!(right, "{}: {result:?}", file.display());
            let answer: Value = neighbour.call("main", (json!({ "value": 21 }),)).await.unwrap();
            assert_eq!(answer, json!({ "doubled": 42 }), "beside {}", file.display());
            checked += 1;
        }
    }
    assert!(checked >= 40, "{checked} programs");
}
