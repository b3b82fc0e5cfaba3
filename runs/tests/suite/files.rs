//! The file of a store: its mode, its lock, and files that are no stores.

use isolet_runs::{Error, Options, RunReader, RunState, RunStore};

use crate::{World, begin, plan, whole};

#[tokio::test]
async fn one_process_writes_and_the_records_stay() {
    let world = World::new();
    let store = world.open(Options::default());
    let id = whole(&store, "1").await;
    let second = RunStore::open(world.path(), Options::default());
    assert!(matches!(second, Err(Error::InUse(_))), "{second:?}");
    let run = begin(&store, "2").await;
    // A run holds the store.
    drop(store);
    run.plan(&plan(0)).await.expect("a plan");
    let other = run.id();
    drop(run);
    let store = world.open(Options::default());
    let third = whole(&store, "3").await;
    let listed = world.reader().list(10).expect("a list");
    let listed: Vec<_> = listed.iter().map(|run| (run.id, run.state)).collect();
    let returned = RunState::Returned;
    assert_eq!(listed, [(third, returned), (other, RunState::Cancelled), (id, returned)]);
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_alone() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    std::fs::write(world.path(), "").expect("a file");
    std::fs::set_permissions(world.path(), Permissions::from_mode(0o644)).expect("its mode");
    let store = world.open(Options::default());
    whole(&store, "1").await;
    for entry in std::fs::read_dir(world.folder.path()).expect("the folder") {
        let metadata = entry.expect("an entry").metadata().expect("its metadata");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_is_no_store_is_said_and_left_alone() {
    let world = World::new();
    let missing = RunReader::open(world.path());
    assert!(matches!(&missing, Err(Error::File { .. })), "{missing:?}");
    assert!(!world.path().exists());
    let garbage = "const it = 1;\n".repeat(10_000);
    std::fs::write(world.path(), &garbage).expect("a file");
    let opened = RunStore::open(world.path(), Options::default());
    assert!(matches!(&opened, Err(Error::File { .. })), "{opened:?}");
    let read = RunReader::open(world.path());
    assert!(matches!(&read, Err(Error::File { .. })), "{read:?}");
    assert_eq!(std::fs::read_to_string(world.path()).expect("the file"), garbage);
    let nowhere = RunStore::open(world.folder.path().join("a/b"), Options::default());
    assert!(matches!(nowhere, Err(Error::File { .. })));
}

#[test]
fn a_store_without_runs_is_read() {
    let world = World::new();
    drop(world.open(Options::default()));
    assert!(world.reader().list(10).expect("a list").is_empty());
}
