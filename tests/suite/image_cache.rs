//! App images on disk: who finds them, and who does not.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isolet::{Found, ImageCache, Limits, Module, ModuleSource, Worker, WorkerCode};
use serde_json::json;

use crate::dirs::Folder;
use crate::harness::{Case, call};

const KEY: [u8; 32] = [7; 32];

/// A worker whose result is another one each time that its module is evaluated.
const UNIQUE: &str = "const id = Math.random(); export default { run: () => id }";

fn cache(folder: &Folder) -> ImageCache {
    ImageCache::open(folder.path("images"), &KEY).expect("a cache")
}

fn case() -> Case {
    Case::js(UNIQUE).seed(None)
}

/// Returns the result of a worker whose images are cached.
async fn run(case: Case, cache: &ImageCache, tenant: &str) -> f64 {
    let worker = case.code(|code| code.image_cache(cache, tenant)).worker();
    result(&worker).await
}

async fn result(worker: &Worker) -> f64 {
    call(&worker.fresh_per_call(), ()).await.json().as_f64().expect("a number")
}

fn entries(folder: &Folder) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder.path("images")).expect("the folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[tokio::test]
async fn the_second_worker_does_not_evaluate() {
    let folder = Folder::new();
    let first = run(case(), &cache(&folder), "a").await;
    assert_eq!(run(case(), &cache(&folder), "a").await.to_bits(), first.to_bits());
    assert_eq!(entries(&folder).len(), 1);
    // The first sandbox is written, and the others are mapped.
    let restored = case().code(|code| code.image_cache(&cache(&folder), "a")).worker();
    for _ in 0..3 {
        assert_eq!(result(&restored).await.to_bits(), first.to_bits());
    }
    // Without a cache it does.
    let worker = case().worker();
    assert_ne!(result(&worker).await.to_bits(), first.to_bits());
}

#[tokio::test]
async fn sandboxes_of_a_restored_image_have_randomness_of_their_own() {
    let folder = Folder::new();
    let source = "export default { run: () => Math.random() }";
    let mut seen = Vec::new();
    for _ in 0..2 {
        let worker = Case::js(source).seed(None).code(|it| it.image_cache(&cache(&folder), "a"));
        let worker = worker.worker();
        seen.extend([result(&worker).await.to_bits(), result(&worker).await.to_bits()]);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

/// A worker that counts its calls.
const COUNTING: &str = "const id = Math.random(); let n = 0;
    export default { run: () => [id, ++n, Math.random()], loop() { for (;;); } }";

/// Returns a worker that counts its calls in one sandbox, which starts from an image in the folder.
async fn counting(folder: &Folder) -> Worker {
    let case = Case::js(COUNTING).seed(None).limits(|limits| limits.fuel(20_000_000));
    let worker = case.code(|code| code.image_cache(&cache(folder), "a")).worker();
    assert!(worker.prepare().await.expect("an image"));
    worker.starting_from_image()
}

async fn counted(worker: &Worker) -> (u64, u64, u64) {
    let (id, n, random): (f64, u64, f64) =
        worker.entrypoint().call("run", ()).await.expect("a result");
    (id.to_bits(), n, random.to_bits())
}

#[tokio::test]
async fn one_sandbox_for_all_calls_starts_from_the_image() {
    let folder = Folder::new();
    let (one, two) = (counting(&folder).await, counting(&folder).await);
    let mut seen = Vec::new();
    let (id, n, random) = counted(&one).await;
    assert_eq!(n, 1);
    seen.push(random);
    for (worker, expected) in [(&one, 2), (&one, 3), (&two, 1)] {
        let (other, n, random) = counted(worker).await;
        assert_eq!((other, n), (id, expected));
        seen.push(random);
    }
    // The sandbox that takes the place of one that was stopped starts from it, too.
    let stopped = one.entrypoint().call::<()>("loop", ()).await.expect_err("it is stopped");
    assert_eq!(stopped.outcome(), isolet::Outcome::ExceededCpu);
    let (other, n, random) = counted(&one).await;
    assert_eq!((other, n), (id, 1));
    seen.push(random);
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[tokio::test]
async fn a_first_call_that_is_dropped_leaves_the_randomness_to_the_next_one() {
    let folder = Folder::new();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let worker = counting(&folder).await;
        drop(worker.entrypoint().call::<serde_json::Value>("run", ()));
        seen.push(counted(&worker).await.2);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn a_first_call_that_is_late_leaves_the_randomness_to_the_next_one() {
    let folder = Folder::new();
    let mut seen = Vec::new();
    for limits in [Limits::default().wall(Duration::ZERO), Limits::default().fuel(0)] {
        for _ in 0..2 {
            let worker = counting(&folder).await;
            let late = worker.entrypoint().lower_limits(&limits);
            late.call::<()>("run", ()).await.expect_err("it is over before it begins");
            let (_, n, random) = counted(&worker).await;
            assert_eq!(n, 1);
            seen.push(random);
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn without_an_image_the_sandbox_loads() {
    let folder = Folder::new();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let case = Case::js(COUNTING).seed(None);
        let worker = case.code(|code| code.image_cache(&cache(&folder), "a")).worker();
        let worker = worker.starting_from_image();
        let (id, n, _) = counted(&worker).await;
        assert_eq!((id, n + 1), (counted(&worker).await.0, 2));
        seen.push(id);
    }
    assert_ne!(seen[0], seen[1]);
    assert!(entries(&folder).is_empty());
}

#[tokio::test]
async fn another_worker_has_another_image() {
    let folder = Folder::new();
    let cache = &cache(&folder);
    let with = |change: fn(Case) -> Case| change(case());
    let variants: [Case; 8] = [
        with(|case| case),
        with(|case| case.code(|code| code.env_value("NAME", "x"))),
        with(|case| case.code(|code| code.env_value("NAME", "y"))),
        with(|case| case.limits(|limits| limits.memory_bytes(64 << 20))),
        with(|case| case.code(|code| code.time_zone("Europe/Berlin"))),
        with(|case| case.code(|code| code.map_promises(true))),
        with(|case| case.file("other.js", "export default 1")),
        with(|case| case.code(|code| code.dynamic_code(false))),
    ];
    let mut seen = Vec::new();
    for variant in variants {
        seen.push(run(variant, cache, "a").await.to_bits());
    }
    seen.push(run(case(), cache, "b").await.to_bits());
    let other_key = ImageCache::open(folder.path("images"), &[8; 32]).expect("a cache");
    seen.push(run(case(), &other_key, "a").await.to_bits());
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
    assert_eq!(entries(&folder).len(), count);
}

#[tokio::test]
async fn a_warm_up_is_part_of_the_image() {
    let source = "let n = 0; const id = Math.random(); export default { run: by => [n += by, id] }";
    let folder = Folder::new();
    let cache = &cache(&folder);
    let mut seen = Vec::new();
    for by in [1, 1, 10] {
        let worker = Case::js(source).seed(None).code(|it| it.image_cache(cache, "a")).worker();
        assert!(worker.entrypoint().warm_up("run", [by]).await.expect("a warm-up"));
        seen.push(call(&worker.fresh_per_call(), 100).await.json());
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0][0], 101);
    assert_eq!(seen[2][0], 110);
    assert_ne!(seen[0][1], seen[2][1]);
}

#[tokio::test]
async fn a_warm_up_that_fails_is_not_kept() {
    let source = "export default { run() { throw new Error('not yet') } }";
    let folder = Folder::new();
    let cache = &cache(&folder);
    for _ in 0..2 {
        let worker = Case::js(source).code(|it| it.image_cache(cache, "a")).worker();
        let error = worker.entrypoint().warm_up("run", ()).await.expect_err("an error");
        assert!(error.to_string().contains("not yet"), "{error}");
    }
    assert!(entries(&folder).is_empty());
}

#[tokio::test]
async fn an_entry_that_was_altered_is_replaced() {
    let folder = Folder::new();
    let first = run(case(), &cache(&folder), "a").await;
    let [path] = entries(&folder).try_into().expect("one entry");
    let bytes = fs::read(&path).expect("the entry");
    let mut last = first;
    for altered in [
        Vec::new(),
        bytes[..bytes.len() - 1].to_vec(),
        {
            let mut bytes = bytes.clone();
            bytes[0] ^= 1;
            bytes
        },
        {
            let mut bytes = bytes.clone();
            bytes[30] ^= 1;
            bytes
        },
        {
            let mut bytes = bytes.clone();
            *bytes.last_mut().expect("a byte") ^= 1;
            bytes
        },
    ] {
        fs::write(&path, altered).expect("an entry");
        let next = run(case(), &cache(&folder), "a").await;
        assert_ne!(next.to_bits(), last.to_bits());
        // It was stored again.
        assert_eq!(run(case(), &cache(&folder), "a").await.to_bits(), next.to_bits());
        last = next;
    }
    // An entry that belongs to another worker is not taken for this one.
    fs::write(&path, bytes).expect("an entry");
    assert_eq!(run(case(), &cache(&folder), "a").await.to_bits(), first.to_bits());
    let _ = run(case(), &cache(&folder), "b").await;
    let other = entries(&folder).into_iter().find(|entry| *entry != path).expect("another entry");
    fs::copy(&other, &path).expect("a copy");
    assert_ne!(run(case(), &cache(&folder), "a").await.to_bits(), first.to_bits());
}

#[tokio::test]
async fn workers_with_stubs_are_not_kept() {
    let folder = Folder::new();
    let cache = &cache(&folder);
    let stub = Case::body("return 1").worker().entrypoint().stub();
    let case = case().env("STUB", stub);
    let first = run(case, cache, "a").await;
    assert!(entries(&folder).is_empty());
    let stub = Case::body("return 1").worker().entrypoint().stub();
    assert_ne!(run(self::case().env("STUB", stub), cache, "a").await.to_bits(), first.to_bits());
    let outbound = Case::body("return 1").worker().entrypoint().stub();
    let _ = run(self::case().code(|code| code.outbound(outbound)), cache, "a").await;
    assert!(entries(&folder).is_empty());
}

/// A source whose modules can be changed.
#[derive(Clone, Default)]
struct Changing(Arc<Mutex<Vec<(String, String)>>>);

impl ModuleSource for Changing {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        let modules = self.0.lock().expect("the modules");
        let text = modules.iter().find(|(other, _)| other == name).map(|(_, text)| text.clone());
        Box::pin(std::future::ready(Ok(text.map(Module::JavaScript))))
    }
}

#[tokio::test]
async fn a_source_is_asked_again() {
    let folder = Folder::new();
    let cache = &cache(&folder);
    let main =
        "import n from './n.js'; let m = 0; try { m = (await import('./m.js')).default } catch {}
                const id = Math.random(); export default { run: () => [n, m, id] }";
    let source = Changing::default();
    let set = |name: &str, text: &str| {
        let mut modules = source.0.lock().expect("the modules");
        modules.retain(|(other, _)| other != name);
        modules.push((name.to_owned(), text.to_owned()));
    };
    let run = async || {
        let source = source.clone();
        let case = Case::js("").code(|_| WorkerCode::from_source("main.js", source)).seed(None);
        let worker = case.code(|code| code.image_cache(cache, "a")).worker();
        call(&worker.fresh_per_call(), ()).await.json()
    };
    set("main.js", main);
    set("n.js", "export default 1");
    let first = run().await;
    assert_eq!(run().await, first);
    set("n.js", "export default 2");
    let second = run().await;
    assert_eq!(second[0], json!(2));
    assert_eq!(run().await, second);
    // A module that was missing is there.
    set("m.js", "export default 3");
    let third = run().await;
    assert_eq!((&third[0], &third[1]), (&json!(2), &json!(3)));
    assert_eq!(run().await, third);
}

#[tokio::test]
async fn a_cache_is_bounded_and_the_oldest_entries_go_first() {
    let folder = Folder::new();
    let first = run(case(), &cache(&folder), "a").await;
    let bytes = entries(&folder).into_iter().map(|it| fs::metadata(it).expect("an entry").len());
    let room = bytes.sum::<u64>() * 5 / 2;
    let small = ImageCache::with_max_bytes(folder.path("images"), &KEY, room).expect("a cache");
    for tenant in ["b", "c", "d"] {
        let _ = run(case(), &small, tenant).await;
    }
    assert_eq!(entries(&folder).len(), 2);
    assert_ne!(run(case(), &small, "a").await.to_bits(), first.to_bits());
    let none = ImageCache::with_max_bytes(folder.path("none"), &KEY, 100).expect("a cache");
    let _ = run(case(), &none, "a").await;
    assert_eq!(fs::read_dir(folder.path("none")).expect("the folder").count(), 0);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_changes_nothing() {
    let folder = Folder::new();
    let cache = cache(&folder);
    fs::remove_dir_all(folder.path("images")).expect("the folder");
    let _ = run(case(), &cache, "a").await;
    let worker = case().code(|code| code.image_cache(&cache, "a")).worker();
    assert!(worker.prepare().await.expect("an image"));
}
