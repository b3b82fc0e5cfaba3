//! The same code, input and seed give the same result, the same log and exactly the same fuel.

use isolet::{Engine, Report};
use serde_json::json;

use crate::harness::{Case, Run, call, config, engine, fresh_engine};

/// Uses everything that could differ between two runs: randomness, hashes, the order of maps and of
/// sorting, garbage collection, timers and capability calls.
const RESTLESS: &str = "
    const log = [];
    const seen = new Map(), members = new Set(), weak = new WeakMap();
    const top = Math.random();
    export default {
        async run(n, env) {
            const bytes = crypto.getRandomValues(new Uint8Array(16));
            for (let i = 0; i < n; i++) {
                const key = { i };
                seen.set(key, i); members.add('m' + Math.floor(Math.random() * 1e6)); weak.set(key, i);
                if (i % 3 === 0) seen.delete(key);
            }
            const garbage = Array.from({ length: 5000 }, (_, i) => ({ i, self: null }));
            for (const item of garbage) item.self = item;
            const order = [...members].slice(0, 5).concat([...seen.values()].slice(0, 5));
            await Promise.all([3, 1, 2].map(async ms => {
                await new Promise(resolve => setTimeout(resolve, ms));
                log.push(ms);
            }));
            console.log('ran', n, { order });
            const error = (() => { try { null.x } catch (e) { return e.stack } })();
            return {
                top, random: Math.random(), uuid: crypto.randomUUID(), bytes: [...bytes], order, log, error,
                sorted: Array.from({ length: 50 }, () => Math.random()).sort((a, b) => a - b)[0],
                keys: Object.keys({ b: 1, a: 2, 2: 3, 1: 4 }), regex: 'abcabc'.replace(/b/g, x => x + Math.random()),
                json: JSON.stringify({ nested: [{ deep: new Date(0) }] }),
            };
        }
    }";

/// Returns the parts of a report that must repeat.
fn essence(report: &Report) -> (String, Vec<String>, u64, u64, u64, u64, u64) {
    let usage = &report.usage;
    let value = report.result.as_ref().expect("ok").to_json();
    let logs = report.logs.iter().map(|line| format!("{} {}", line.level, line.message)).collect();
    let (fuel, peak) = (usage.fuel, usage.memory_peak_bytes);
    (value, logs, fuel, peak, usage.turns, usage.capability_calls, report.seed)
}

async fn restless(engine: &Engine, seed: u64) -> Run {
    Case::js(RESTLESS).arg(300).seed(seed).engine(engine).run().await
}

#[tokio::test]
async fn a_seed_repeats_a_run_to_the_unit() {
    let first = restless(&engine(), 1).await;
    for _ in 0..20 {
        assert_eq!(essence(&restless(&engine(), 1).await.0), essence(&first.0));
    }
}

#[tokio::test]
async fn a_seed_repeats_a_run_in_another_engine() {
    let first = restless(&engine(), 1).await;
    for _ in 0..2 {
        assert_eq!(essence(&restless(&fresh_engine(), 1).await.0), essence(&first.0));
    }
}

#[tokio::test]
async fn torture_changes_nothing() {
    let torn = Engine::with_config(config().max_sandboxes(2).torture(true)).expect("an engine");
    let calm = Engine::with_config(config().max_sandboxes(2).torture(false)).expect("an engine");
    let expected = essence(&restless(&calm, 3).await.0);
    assert_eq!(essence(&restless(&torn, 3).await.0), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neighbours_change_nothing() {
    let first = restless(&engine(), 1).await;
    let expected = essence(&first.0);
    let others: Vec<_> = (0..16)
        .map(|index| {
            // Half of the runs use other slots of the pool in other ways.
            let seed = if index % 2 == 0 { 1 } else { index };
            tokio::spawn(async move { restless(&engine(), seed).await })
        })
        .collect();
    for (index, other) in others.into_iter().enumerate() {
        let other = other.await.expect("no panic");
        if index % 2 == 0 {
            assert_eq!(essence(&other.0), expected);
        }
    }
}

#[tokio::test]
async fn another_seed_is_another_run() {
    let first = restless(&engine(), 1).await.json();
    let second = restless(&engine(), 2).await.json();
    for key in ["top", "random", "uuid", "bytes", "sorted"] {
        assert_ne!(first[key], second[key], "{key}");
    }
}

#[tokio::test]
async fn the_seed_is_reported_and_repeats_the_run() {
    let first = Case::js(RESTLESS).arg(50).seed(None).run().await;
    let second = Case::js(RESTLESS).arg(50).seed(None).run().await;
    assert_ne!(first.0.seed, second.0.seed);
    assert_ne!(first.json()["uuid"], second.json()["uuid"]);
    let again = Case::js(RESTLESS).arg(50).seed(first.0.seed).run().await;
    assert_eq!(essence(&again.0), essence(&first.0));
    let again = Case::js(RESTLESS).arg(50).seed(u64::MAX).run().await;
    assert_eq!(again.0.seed, u64::MAX);
}

#[tokio::test]
async fn fresh_calls_repeat_too() {
    let worker = Case::js(RESTLESS).fresh().worker();
    let first = call(&worker, 100).await;
    for _ in 0..5 {
        assert_eq!(essence(&call(&worker, 100).await.0), essence(&first.0));
    }
    let elsewhere = Case::js(RESTLESS).fresh().engine(&fresh_engine()).arg(100).run().await;
    assert_eq!(essence(&elsewhere.0), essence(&first.0));
}

#[tokio::test]
async fn fresh_calls_have_a_seed_each() {
    let worker = Case::js(RESTLESS).seed(None).fresh().worker();
    let (first, second) = (call(&worker, 10).await, call(&worker, 10).await);
    assert_ne!(first.0.seed, second.0.seed);
    assert_ne!(first.json()["uuid"], second.json()["uuid"]);
    assert_ne!(first.json()["random"], second.json()["random"]);
    // The image holds a value that was drawn once.
    assert_eq!(first.json()["top"], second.json()["top"]);
}

#[tokio::test]
async fn a_sequence_of_warm_calls_repeats() {
    let sequence = async || {
        let worker = Case::js(RESTLESS).worker();
        let mut all = Vec::new();
        for n in [10, 200, 3] {
            all.push(essence(&call(&worker, n).await.0));
        }
        all
    };
    assert_eq!(sequence().await, sequence().await);
}

#[tokio::test]
async fn an_image_runs_as_an_evaluation_does() {
    let source = "const table = Array.from({ length: 1000 }, (_, i) => i * i); let calls = 0;
                  export default { run(i) { console.log('call', ++calls); return table[i] } }";
    let evaluated = Case::js(source).arg(30).run().await;
    let worker = Case::js(source).fresh().worker();
    let (first, second) = (call(&worker, 30).await, call(&worker, 30).await);
    assert_eq!(evaluated.json(), first.json());
    assert_eq!(evaluated.logs(), first.logs());
    assert_eq!(essence(&first.0), essence(&second.0));
    // The fuel of the top level is not charged again.
    assert!(first.fuel() < evaluated.fuel());
}

#[tokio::test]
async fn time_stands_still_in_a_turn_and_goes_on_after_it() {
    let _ = Case::body(
        "const start = [Date.now(), performance.now(), +new Date()];
         for (let i = 0; i < 1e6; i++);
         await null;
         const later = [Date.now(), performance.now(), +new Date()];
         await new Promise(resolve => setTimeout(resolve, 30));
         const after = [Date.now(), performance.now()];
         return [start.join() === later.join(), start[0] === start[2], after[0] - start[0] >= 30,
                 after[1] - start[1] >= 30, start[0] > 1.7e12, Number.isInteger(start[0]), start[1] < 1e6]",
    )
    .run()
    .await
    .expect_ok([true; 7]);
}

#[tokio::test]
async fn timers_fire_in_the_order_of_their_time_and_creation() {
    let source = "const order = [];
         const at = (ms, name) => setTimeout(() => order.push(name), ms);
         at(20, 'late'); at(0, 'a'); at(0, 'b'); at(1, 'c'); at(10, 'middle'); at(0, 'd');
         setTimeout(() => { at(0, 'nested'); Promise.resolve().then(() => order.push('micro')) }, 0);
         queueMicrotask(() => order.push('first'));
         await new Promise(resolve => setTimeout(resolve, 40));
         return order";
    let order = Case::body(source).run().await.json();
    let names: Vec<_> =
        order.as_array().expect("a list").iter().filter_map(|x| x.as_str()).collect();
    assert_eq!(names[0], "first");
    let place = |name: &str| names.iter().position(|other| *other == name).expect(name);
    for pair in ["a", "b", "d", "micro", "nested"].windows(2) {
        assert!(place(pair[0]) < place(pair[1]), "{names:?}");
    }
    assert!(place("middle") < place("late"), "{names:?}");
    assert!(place("c") < place("middle"), "{names:?}");
    assert_eq!(names.len(), 9, "{names:?}");
}

#[tokio::test]
async fn random_numbers_are_random() {
    let _ = Case::body(
        "const n = 20000; let sum = 0, low = 0; const all = new Set();
         for (let i = 0; i < n; i++) { const x = Math.random(); sum += x; if (x < 0.25) low++; all.add(x) }
         const bytes = crypto.getRandomValues(new Uint8Array(65536));
         const kinds = new Set(bytes);
         return [Math.abs(sum / n - 0.5) < 0.02, Math.abs(low / n - 0.25) < 0.02, all.size === n, kinds.size,
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())]",
    )
    .run()
    .await
    .expect_ok(json!([true, true, true, 256, true]));
}

#[tokio::test]
async fn the_names_of_modules_are_the_only_thing_of_the_host_that_is_seen() {
    let run = Case::body("return new Error('x').stack + import.meta.url").run().await.json();
    let text = run.as_str().expect("text");
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")) && !text.contains("target"), "{text}");
    assert!(text.contains("main.js:1:"), "{text}");
}
