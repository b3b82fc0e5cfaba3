//! The cost of packages of npm.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use isolet::{Engine, ImageCache, Packages, WorkerCode};
use serde_json::{Value, json};

use crate::{row, time};

const PROGRAMS: [(&str, &str, &str); 3] = [
    ("hono", "hono.js", "hello you"),
    ("zod", "zod.js", "Ada"),
    ("react-dom/server", "react.js", "<p title=\"a\">b</p>"),
];

/// The number of times that an app image is made.
const LOADS: usize = 15;

pub(crate) async fn run(engine: &Engine) -> Result<(), Box<dyn std::error::Error>> {
    // tools/packages_bench.py makes the folder.
    let folder = std::env::var_os("ISOLET_BENCH_PACKAGES").map(PathBuf::from);
    let Some(folder) = folder else {
        return Err("ISOLET_BENCH_PACKAGES names no folder: run `just bench packages`".into());
    };
    for (name, file, expected) in PROGRAMS {
        program(engine, &folder, name, file, expected).await?;
    }
    create_worker(engine, &folder).await
}

async fn program(
    engine: &Engine,
    folder: &Path,
    name: &str,
    file: &str,
    expected: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let code = || -> std::io::Result<WorkerCode> {
        Ok(WorkerCode::from_source(file, Packages::open(folder)?).node_globals(true))
    };
    let mut times = Vec::new();
    for _ in 0..LOADS {
        let began = Instant::now();
        let worker = engine.loader().load(code()?)?;
        worker.prepare().await?;
        times.push(began.elapsed());
    }
    row(&format!("{name}: resolve and load into an app image"), 1, times);

    let kept = folder.join("images");
    let cache = ImageCache::open(&kept, &[7; 32])?;
    engine.loader().load(code()?.image_cache(&cache, "bench"))?.prepare().await?;
    let mut times = Vec::new();
    for _ in 0..LOADS {
        let code = code()?.image_cache(&cache, "bench");
        let began = Instant::now();
        let worker = engine.loader().load(code)?.fresh_per_call();
        let answer: String = worker.entrypoint().call("answer", ()).await?;
        times.push(began.elapsed());
        assert_eq!(answer, expected);
    }
    row(&format!("{name}: load from the cache on disk and the first call"), 1, times);

    let worker = engine.loader().load(code()?)?.fresh_per_call();
    let entrypoint = worker.entrypoint();
    entrypoint.warm_up("answer", ()).await?;
    let times = time(1_000, |_| async {
        let answer: String = entrypoint.call("answer", ()).await?;
        assert_eq!(answer, expected);
        Ok(())
    });
    row(&format!("{name}: call in a fresh sandbox from the warmed image"), 1, times.await?);
    Ok(())
}

const BUNDLER: &str = r#"import { createWorker } from "isolet:bundler";
export default { bundle: async (files) => (await createWorker({ files, entryPoint: "hono.js" })).mainModule };
"#;

/// Bundles the program of Hono, with its packages among the files.
async fn create_worker(engine: &Engine, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut files = serde_json::Map::new();
    for name in ["hono.js", "package.json"] {
        files.insert(name.to_owned(), std::fs::read_to_string(folder.join(name))?.into());
    }
    add(&mut files, folder, &folder.join("node_modules/hono"))?;
    let files = Arc::new(json!([Value::Object(files)]));
    let worker = engine.loader().load(WorkerCode::module("bundler.js", BUNDLER))?;
    let entrypoint = worker.entrypoint();
    let mut times = Vec::<Duration>::new();
    for _ in 0..LOADS {
        let began = Instant::now();
        let main: String = entrypoint.call("bundle", &*files).await?;
        times.push(began.elapsed());
        assert_eq!(main, "hono.js");
    }
    // The first call compiles the bundler's own modules.
    times.remove(0);
    row("createWorker of the program of Hono, second call", 1, times);
    Ok(())
}

/// Adds the modules below a folder.
fn add(
    files: &mut serde_json::Map<String, Value>,
    root: &Path,
    folder: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            add(files, root, &path)?;
        } else if path.extension().is_some_and(|it| it == "js" || it == "json") {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            files.insert(name, std::fs::read_to_string(&path)?.into());
        }
    }
    Ok(())
}
