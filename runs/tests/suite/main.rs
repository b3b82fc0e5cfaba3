//! The store: what it says, what it bounds, and who may open it.

mod bounds;
mod files;
mod states;

use std::path::PathBuf;

use isolet_runs::{Effect, Options, Plan, RunEnd, RunId, RunReader, RunRecord, RunStore, ShownRun};
use tempfile::TempDir;

/// A folder with a store.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    fn open(&self, options: Options) -> RunStore {
        RunStore::open(self.path(), options).expect("a store")
    }

    fn reader(&self) -> RunReader {
        RunReader::open(self.path()).expect("a reader")
    }

    fn shown(&self, id: RunId) -> (ShownRun, Vec<Effect>) {
        self.reader().run(id).expect("it is read").expect("a run")
    }
}

async fn begin(store: &RunStore, program: &str) -> RunRecord {
    let id = RunId::random().expect("randomness");
    store.begin(id, program).await.expect("a run")
}

async fn whole(store: &RunStore, program: &str) -> RunId {
    let run = begin(store, program).await;
    run.finish(RunEnd::Returned("null")).await.expect("it ends");
    run.id()
}

fn plan(number: usize) -> Plan<'static> {
    Plan { number, namespace: "files", tool: "write", key: "key", arguments: "{}" }
}
