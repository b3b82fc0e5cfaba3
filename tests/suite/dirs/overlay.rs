//! Changes that are seen, approved and applied.

use std::fs;

use isolet::{ChangeKind, Changes, DirOptions, Directory};
use serde_json::json;

use super::{Folder, run, tree};

fn overlay(folder: &Folder) -> Directory {
    folder.open(DirOptions::new().overlay())
}

/// Returns each change as its kind, its path and what it is.
fn summary(changes: &Changes) -> Vec<String> {
    let shown = |change: &isolet::Change| {
        let slash = if change.is_directory() { "/" } else { "" };
        format!("{:?} {}{slash}", change.kind(), change.path())
    };
    changes.iter().map(shown).collect()
}

#[tokio::test]
async fn changes_are_seen_and_applied() {
    let folder = tree();
    let directory = overlay(&folder);
    let body = "await D.write('a.txt', 'one\\ntwo\\n'); await D.write('new/x', '').catch(() => D.mkdir('new')); await D.write('new/x', 'x');
        await D.remove('src/deep', { recursive: true }); await D.append('src/b.js', '+'); await D.write('src/same', 's'); await D.remove('src/same');";
    let _ = run(&directory, body).await.expect_undefined();
    assert_eq!(folder.names(), ["a.txt", "src"]);
    let changes = directory.changes().unwrap();
    assert_eq!(
        summary(&changes),
        [
            "Modified a.txt",
            "Added new/",
            "Added new/x",
            "Modified src/b.js",
            "Removed src/deep/",
            "Removed src/deep/c.js",
        ]
    );
    let by_path = |path: &str| changes.iter().find(|change| change.path() == path).unwrap();
    assert_eq!(
        by_path("a.txt").diff().unwrap(),
        "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,2 @@\n one\n+two\n"
    );
    assert_eq!(by_path("new/x").contents(), Some(&b"x"[..]));
    assert!(by_path("new/x").diff().unwrap().starts_with("--- /dev/null\n+++ b/new/x\n@@ "));
    assert_eq!(by_path("src/deep/c.js").old_bytes(), Some(1));
    assert!(
        by_path("src/deep/c.js")
            .diff()
            .unwrap()
            .starts_with("--- a/src/deep/c.js\n+++ /dev/null\n")
    );

    // Some are approved, then the rest.
    assert_eq!(changes.apply(|change| change.path().ends_with('x')).unwrap(), 1);
    assert_eq!((folder.text("new/x"), folder.text("a.txt")), ("x".to_owned(), "one\n".to_owned()));
    let rest = directory.changes().unwrap();
    assert_eq!(rest.len(), 4);
    assert_eq!(rest.apply(|_| true).unwrap(), 4);
    assert_eq!(
        (folder.text("a.txt"), folder.text("src/b.js")),
        ("one\ntwo\n".to_owned(), "2+".to_owned())
    );
    assert!(!folder.path("src/deep").exists());
    assert!(directory.changes().unwrap().is_empty());
    let _ = run(&directory, "return D.readText('a.txt')").await.expect_ok("one\ntwo\n");
}

#[tokio::test]
async fn changes_are_thrown_away() {
    let folder = tree();
    let directory = overlay(&folder);
    let _ =
        run(&directory, "await D.write('a.txt', ''); await D.remove('src', { recursive: true })")
            .await
            .expect_undefined();
    directory.discard().unwrap();
    assert!(directory.changes().unwrap().is_empty());
    let body = "return [await D.readText('a.txt'), await D.readText('src/deep/c.js')]";
    let _ = run(&directory, body).await.expect_ok(json!(["one\n", "3"]));
    assert!(tree().open(DirOptions::new()).changes().is_err());
}

#[tokio::test]
async fn what_was_approved_is_applied_and_nothing_later() {
    let folder = tree();
    let directory = overlay(&folder);
    let _ = run(&directory, "await D.write('a.txt', 'approved'); await D.remove('src/b.js')").await;
    let changes = directory.changes().unwrap();
    let _ =
        run(&directory, "await D.write('a.txt', 'sneaked in'); await D.write('src/b.js', 'back')")
            .await;
    changes.apply(|_| true).unwrap();
    assert_eq!(folder.text("a.txt"), "approved");
    assert!(!folder.path("src/b.js").exists());
    // The later ones are still there to be approved.
    let later = directory.changes().unwrap();
    assert_eq!(summary(&later), ["Modified a.txt", "Added src/b.js"]);
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_left_alone() {
    for name in ["a.txt", "added", "src/b.js"] {
        let folder = tree();
        let directory = overlay(&folder);
        let body = "await D.write('a.txt', 'mine'); await D.write('added', 'mine'); await D.remove('src/b.js')";
        let _ = run(&directory, body).await.expect_undefined();
        let changes = directory.changes().unwrap();
        fs::write(folder.path(name), "theirs").unwrap();
        let error = changes.apply(|_| true).unwrap_err().to_string();
        assert!(error.starts_with(name) && error.contains("changed on the disk"), "{error}");
        assert_eq!(folder.text(name), "theirs");
        // The others are not applied either.
        assert_eq!(folder.path("added").exists(), name == "added");
        assert_eq!(changes.apply(|change| change.path() != name).unwrap(), 2);
    }
}

#[tokio::test]
async fn kinds_are_replaced() {
    let folder = tree();
    let directory = overlay(&folder);
    let body = "await D.remove('a.txt'); await D.mkdir('a.txt'); await D.write('a.txt/in', 'i');
        await D.remove('src', { recursive: true }); await D.write('src', 'file');
        return [await D.readText('a.txt/in'), await D.readText('src'), await code(D.readText('src/b.js'))]";
    let _ = run(&directory, body).await.expect_ok(json!(["i", "file", "ENOTDIR"]));
    let changes = directory.changes().unwrap();
    assert_eq!(
        summary(&changes),
        [
            "Removed a.txt",
            "Added a.txt/",
            "Added a.txt/in",
            "Removed src/",
            "Added src",
            "Removed src/b.js",
            "Removed src/deep/",
            "Removed src/deep/c.js",
        ]
    );
    changes.apply(|_| true).unwrap();
    assert_eq!((folder.text("a.txt/in"), folder.text("src")), ("i".to_owned(), "file".to_owned()));
    assert!(directory.changes().unwrap().is_empty());
}

#[tokio::test]
async fn a_directory_that_is_made_again_is_empty() {
    let folder = tree();
    let directory = overlay(&folder);
    let body = "await D.remove('src', { recursive: true }); await D.mkdir('src'); await D.write('src/new', 'n');
        return [(await D.list('src')).entries.map((e) => e.path), await D.exists('src/b.js')]";
    let _ = run(&directory, body).await.expect_ok(json!([["new"], false]));
    let changes = directory.changes().unwrap();
    assert_eq!(changes.iter().filter(|change| change.kind() == ChangeKind::Removed).count(), 3);
    changes.apply(|_| true).unwrap();
    assert_eq!(folder.text("src/new"), "n");
    assert!(!folder.path("src/b.js").exists());
}

#[tokio::test]
async fn binary_and_long_files_have_no_diff() {
    let folder = Folder::new().file("long", "x\n".repeat(600_000));
    let directory = overlay(&folder);
    let body = "await D.write('binary', new Uint8Array([0, 1])); await D.append('long', 'y')";
    let _ = run(&directory, body).await.expect_undefined();
    for change in &directory.changes().unwrap() {
        assert!(change.diff().unwrap().contains("not shown"), "{change:?}");
    }
}

#[tokio::test]
async fn names_that_differ_in_case_or_form_are_different() {
    let folder = Folder::new().file("a", "lower");
    for directory in [overlay(&folder), folder.open(DirOptions::new())] {
        let body = "await D.write('A', 'upper'); await D.write('\\u00e9', 'composed'); await D.write('e\\u0301', 'decomposed');
            return Promise.all(['a', 'A', '\\u00e9', 'e\\u0301'].map((name) => D.readText(name)))";
        let expected = ["lower", "upper", "composed", "decomposed"];
        if cfg!(target_os = "linux") {
            let _ = run(&directory, body).await.expect_ok(expected);
        }
    }
}

#[tokio::test]
async fn both_see_the_same_folder() {
    let folder = tree();
    let directory = overlay(&folder);
    let _ = run(
        &directory,
        "await D.write('a.txt', 'mine'); await (await D.dir('src')).write('n', 'n')",
    )
    .await;
    // Through another worker, with the same capability.
    let body = "return [await D.readText('a.txt'), await D.readText('src/n'), await (await D.dir('src')).readText('b.js')]";
    let _ = run(&directory, body).await.expect_ok(json!(["mine", "n", "2"]));
}
