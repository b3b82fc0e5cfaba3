//! The exact fuel of each fixture. This performance test does not depend on a machine.
//!
//! A difference is a change in speed that must be reviewed. `ISOLET_BLESS=1` records it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::harness::Case;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn record() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuel.txt")
}

/// Returns the fuel of a fixture: cold for load and call, and warm for the third call.
async fn measure(name: &str) -> (u64, u64) {
    let source = std::fs::read_to_string(folder().join(name)).expect("a fixture");
    let worker = Case::named(name, source).worker();
    let cold = crate::harness::call(&worker, 20).await;
    let expected = cold.json();
    let _ = crate::harness::call(&worker, 20).await.expect_ok(&expected);
    let warm = crate::harness::call(&worker, 20).await;
    assert_eq!(warm.json(), expected, "{name}: a fixture returns the same each time");
    (cold.fuel(), warm.fuel())
}

#[tokio::test]
async fn is_what_was_recorded() {
    let mut names: Vec<_> = std::fs::read_dir(folder())
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    let mut measured = BTreeMap::new();
    let mut text = "# fixture cold warm\n".to_owned();
    for name in names {
        let (cold, warm) = measure(&name).await;
        writeln!(text, "{name} {cold} {warm}").expect("text");
        measured.insert(name, (cold, warm));
    }
    if std::env::var("ISOLET_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(record(), &text).expect("fuel.txt");
        return;
    }
    let recorded = std::fs::read_to_string(record()).expect("fuel.txt");
    assert_eq!(text, recorded, "run with ISOLET_BLESS=1 if this is meant");
}

/// Returns the fuel of one more round of a loop, after the first ones.
async fn each_round(case: Case) -> u64 {
    let worker = case.worker();
    let mut fuel = Vec::new();
    for rounds in [20, 20, 120] {
        fuel.push(crate::harness::call(&worker, rounds).await.expect_ok(rounds).fuel());
    }
    (fuel[2] - fuel[1]) / 100
}

#[tokio::test]
async fn a_request_and_a_response_cost_little() {
    let source = "export default { run(n) {
        for (let i = 0; i < n; i++) { new Request('http://x/'); new Response('hello') }
        return n;
    } }";
    let fuel = each_round(Case::js(source)).await;
    assert!(fuel < 20_000, "{fuel}");
}

#[tokio::test]
async fn a_fetch_between_sandboxes_costs_its_caller_little() {
    let child = "export default { fetch: () => new Response('hello') }";
    let source = format!(
        "export default {{ async run(n, env) {{
            const code = {{ mainModule: 'a.js', modules: {{ 'a.js': {child:?} }} }};
            const child = env.LOADER.get('child', () => code).getEntrypoint();
            for (let i = 0; i < n; i++) {{
                const text = await (await child.fetch('http://x/')).text();
                if (text !== 'hello') throw new Error(text);
            }}
            return n;
        }} }}"
    );
    let fuel = each_round(Case::js(source).code(|code| code.loader("LOADER"))).await;
    assert!(fuel < 80_000, "{fuel}");
}

#[tokio::test]
async fn promises_that_the_engine_settles_have_no_resolving_functions() {
    let loop_of = |step| {
        let source = format!(
            "export default {{ async run(n) {{ for (let i = 0; i < n; i++) {step}; return n }} }}"
        );
        each_round(Case::js(source))
    };
    let (plain, then) =
        (loop_of("await i").await, loop_of("await null, Promise.resolve(i).then(String)").await);
    assert!(plain < 5_000, "{plain}");
    assert!(then - plain < 10_000, "{then} beside {plain}");
}
