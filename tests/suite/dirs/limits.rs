//! The limits of a directory, obeyed and violated.

use std::fs;

use isolet::{DirOptions, LimitKind};
use serde_json::json;

use super::{Folder, case, run, tree};
use crate::harness::Run;

#[tokio::test]
async fn added_bytes_are_limited() {
    for (options, room) in
        [(DirOptions::new(), 250), (DirOptions::new().overlay(), 100 + 4 * 256 + 16)]
    {
        let folder = tree();
        let body = "await D.write('x', 'x'.repeat(100));
            const over = [await code(D.write('y', 'y'.repeat(1000))), await code(D.append('x', streamOf('z'.repeat(2000)))), await D.exists('y')];
            await D.write('x', 'x'); await D.write('x', 'x'.repeat(100));
            await D.remove('x'); await D.write('x', 'x'.repeat(100));
            return [over, (await D.readText('x')).length]";
        let directory = folder.open(options.max_bytes(room));
        let _ = run(&directory, body).await.expect_ok(json!([["EDQUOT", "EDQUOT", false], 100]));
    }
}

#[tokio::test]
async fn replacing_makes_room_only_for_what_was_there() {
    let folder = Folder::new().file("old", "x".repeat(1000));
    let directory = folder.open(DirOptions::new().max_bytes(10));
    let body = "await D.write('old', 'y'.repeat(8)); await D.write('a', 'a'.repeat(1000));
        return [await code(D.write('b', 'b'.repeat(5))), await code(D.write('b', 'bb'))]";
    let _ = run(&directory, body).await.expect_ok(json!(["EDQUOT", null]));
}

#[tokio::test]
async fn added_files_are_limited() {
    for options in [DirOptions::new(), DirOptions::new().overlay()] {
        let folder = Folder::new();
        let body = "await D.mkdir('a'); await D.write('b', ''); await D.write('b', '');
            const over = [await code(D.write('c', '')), await code(D.mkdir('c')), await code(D.writeStream('c').then((s) => s.close()))];
            await D.rename('b', 'b'); await D.remove('b'); await D.write('c', '');
            return [over, await D.glob('**')]";
        let _ = run(&folder.open(options.max_files(2)), body).await.expect_ok(
            json!([["EDQUOT", "EDQUOT", "EDQUOT"], { "paths": ["a", "c"], "truncated": false }]),
        );
    }
}

#[tokio::test]
async fn many_writers_race_for_the_room_that_is_left() {
    for options in [DirOptions::new(), DirOptions::new().overlay().max_bytes(5 * (1000 + 256 + 2))]
    {
        let folder = Folder::new();
        let body = "const all = await Promise.all([...Array(64).keys()].map((n) =>
              code(D.write(String(n).padStart(2, '0'), streamOf('x'.repeat(500), 'y'.repeat(500))))));
            return [all.filter((code) => code === null).length <= 5, all.every((code) => code === null || code === 'EDQUOT'),
              (await D.list()).entries.reduce((sum, e) => sum + e.size, 0) <= 5000]";
        let options = if format!("{options:?}").contains("overlay: true") {
            options
        } else {
            options.max_bytes(5000)
        };
        let _ = run(&folder.open(options), body).await.expect_ok(json!([true, true, true]));
    }
}

#[tokio::test]
async fn what_is_read_at_once_is_limited() {
    for options in [DirOptions::new(), DirOptions::new().overlay()] {
        let folder = Folder::new().file("fits", "x".repeat(100)).file("over", "x".repeat(101));
        let body = "return [(await D.readText('fits')).length, await code(D.readText('over')), await code(D.readBytes('over')),
            (await D.readBytes('over', { offset: 1 })).length, (await text(await D.readStream('over'))).length]";
        let directory = folder.open(options.max_read_bytes(100));
        let _ = run(&directory, body).await.expect_ok(json!([100, "EFBIG", "EFBIG", 100, 101]));
    }
}

#[tokio::test]
async fn listings_are_limited() {
    for options in [DirOptions::new(), DirOptions::new().overlay()] {
        let folder = Folder::new();
        for number in 0..2000 {
            fs::write(folder.path(&format!("{number:04}")), "").unwrap();
        }
        let body = "const listing = await D.list(), glob = await D.glob('*'), exact = await D.list('', { glob: '00*' });
            return [listing.entries.length, listing.truncated, glob.paths.length, glob.truncated, exact.entries.length, exact.truncated,
              (await D.list('', { limit: 5 })).entries.length, (await D.glob('none')).truncated,
              (await text(await D.listStream())).trim().split('\\n').length]";
        let directory = folder.open(options.clone().max_entries(200));
        let expected = json!([200, true, 200, true, 100, false, 5, false, 2000]);
        let _ = run(&directory, body).await.expect_ok(expected);
        // Entries that do not match are looked at, but not without end.
        let directory = folder.open(options.max_entries(100));
        let _ = run(&directory, "return D.glob('none')")
            .await
            .expect_ok(json!({ "paths": [], "truncated": true }));
    }
}

#[tokio::test]
async fn open_streams_are_limited() {
    let folder = tree();
    let body = "const one = await D.readStream('a.txt'), two = await D.writeStream('b');
        const over = [await code(D.readStream('a.txt')), await code(D.writeStream('c')), await code(D.listStream()), await code(D.write('c', streamOf('c')))];
        const data = await code(D.write('d', 'plain'));
        const first = await text(one); await two.close();
        return [over, data, first, await text(await D.readStream('a.txt'))]";
    let directory = folder.open(DirOptions::new().max_open(2));
    let expected = json!([["EMFILE", "EMFILE", "EMFILE", "EMFILE"], null, "one\n", "one\n"]);
    let _ = run(&directory, body).await.expect_ok(expected);
}

#[tokio::test]
async fn operations_wait_for_their_turn() {
    let folder = tree();
    let body = "const all = await Promise.all([...Array(100).keys()].map(() => D.readText('a.txt'))); return all.every((t) => t === 'one\\n')";
    let _ = run(&folder.open(DirOptions::new().concurrency(0)), body).await.expect_ok(true);
}

#[tokio::test]
async fn calls_count_as_calls() {
    let folder = tree();
    let run = case(
        &folder.open(DirOptions::new()),
        "for (let n = 0; n < 50; n++) await D.exists('a.txt')",
    )
    .limits(|limits| limits.capability_calls(20))
    .run()
    .await;
    let _ = run.expect_limit(LimitKind::CapabilityCalls);
}

/// Writes files of 1 MiB until it fails, at most 100.
const FILL: &str = "const bytes = new Uint8Array(1 << 20);
    for (let n = 0; n < 100; n++) { const done = await code(D.write('f' + n, bytes)); if (done) return [done, n] }
    return [null, 100]";

#[tokio::test]
async fn changes_in_memory_count_for_the_tree() {
    let folder = Folder::new();
    let directory = folder.open(DirOptions::new().overlay().max_bytes(1 << 30));
    let fill = async |mib: u64| {
        let case = case(&directory, FILL);
        let case = case.limits(|limits| limits.memory_bytes(32 << 20).tree_memory_bytes(mib << 20));
        case.run().await
    };
    // The change does not fit, or the message with it, whichever comes first.
    let ends_full = |run: Run| match &run.0.result {
        Ok(_) => assert_eq!(run.json()[0], "EDQUOT"),
        Err(_) => drop(run.expect_limit(LimitKind::TreeMemory)),
    };
    let count = || directory.changes().expect("changes").len();
    ends_full(fill(60).await);
    assert!((25..60).contains(&count()), "{}", count());
    // Another tree has room of its own, and what it replaces is not counted for it.
    let _ = fill(200).await.expect_ok(json!([null, 100]));
    directory.discard().expect("it is discarded");
    ends_full(fill(60).await);
    assert!((25..60).contains(&count()), "{}", count());
}

#[tokio::test]
async fn changes_that_are_replaced_or_removed_make_room_in_the_tree() {
    let folder = Folder::new();
    let directory = folder.open(DirOptions::new().overlay().max_bytes(1 << 30));
    let body = "const bytes = new Uint8Array(1 << 20);
        for (let n = 0; n < 100; n++) { await D.write('same', bytes); await D.write('gone', bytes); await D.remove('gone') }
        return (await D.list()).entries.length";
    let limited = case(&directory, body)
        .limits(|limits| limits.memory_bytes(32 << 20).tree_memory_bytes(60 << 20));
    let _ = limited.run().await.expect_ok(1);
    // Files on the disk take no memory.
    let directory = folder.open(DirOptions::new().max_bytes(1 << 30));
    let case = case(&directory, FILL)
        .limits(|limits| limits.memory_bytes(32 << 20).tree_memory_bytes(60 << 20));
    let _ = case.run().await.expect_ok(json!([null, 100]));
}
