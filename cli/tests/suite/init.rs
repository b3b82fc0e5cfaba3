//! `isolet init`.

use std::fs;
use std::process::Command;

use crate::folder::{Folder, Said, said};

const FILES: [&str; 6] = [
    ".gitignore",
    "README.md",
    "src/index.ts",
    "tsconfig.json",
    "worker-configuration.d.ts",
    "wrangler.jsonc",
];

fn init(folder: &Folder, dir: &str) -> Said {
    said(command(folder).args(["init", dir]))
}

fn command(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.current_dir(folder.path()).env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE");
    command
}

/// Returns the paths of all files and folders below a folder.
fn contents(folder: &Folder) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![folder.path().to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder.path()).expect("a path within");
            found.push(name.to_string_lossy().into_owned());
            if path.is_dir() {
                left.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_project_runs_at_once() {
    let folder = Folder::new("init-new");
    let _ = init(&folder, "a/b").expect_out("Created a/b. Serve it: isolet serve a/b/src/index.ts");
    let mut expected: Vec<_> = FILES.iter().map(|name| format!("a/b/{name}")).collect();
    expected.extend(["a", "a/b", "a/b/src"].map(str::to_owned));
    expected.sort();
    assert_eq!(contents(&folder), expected);

    let request = r#"{"url":"http://localhost/?name=you"}"#;
    let said = folder.run(&["a/b/src/index.ts", "--call", "fetch", "--arg", request]);
    let response: serde_json::Value = serde_json::from_str(&said.out).expect("a response");
    let body = "Hello, you!\n".into();
    assert_eq!((&response["status"], &response["body"]), (&200.into(), &body), "{said:?}");

    // Its types are up to date.
    let check = said_of_check(&folder, "a/b");
    assert_eq!((check.code, check.out.as_str(), check.err.as_str()), (Some(0), "", ""));
}

fn said_of_check(folder: &Folder, dir: &str) -> Said {
    said(command(folder).args(["types", dir, "--check"]))
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new("init-twice");
    assert_eq!(init(&folder, "p").code, Some(0));
    let before = contents(&folder);
    let _ = init(&folder, "p").expect_failure(2, &FILES);
    assert_eq!(contents(&folder), before);
}

#[test]
fn a_folder_with_other_files_is_filled() {
    let folder = Folder::new("init-other").file("src/other.ts", "").file("notes", "mine");
    assert_eq!(init(&folder, ".").code, Some(0));
    assert_eq!(contents(&folder).len(), FILES.len() + 3);
    assert_eq!(fs::read_to_string(folder.path().join("notes")).expect("notes"), "mine");
}

#[test]
fn one_file_in_the_way_stops_all() {
    for name in FILES {
        let folder = Folder::new(&format!("init-{}", name.replace('/', "-"))).file(name, "mine");
        let before = contents(&folder);
        let _ = init(&folder, ".").expect_failure(2, &[name, "nothing was written"]);
        assert_eq!(contents(&folder), before);
        let kept = fs::read_to_string(folder.path().join(name)).expect("the file");
        assert_eq!(kept, "mine");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_in_the_way_too() {
    let folder = Folder::new("init-link");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("tsconfig.json")).expect("a link");
    #[cfg(unix)]
    let _ = init(&folder, ".").expect_failure(2, &["tsconfig.json"]);
}

#[test]
fn what_was_written_before_an_error_is_removed() {
    // A file where a folder should be: `.gitignore` and `README.md` come before `src/index.ts`.
    let folder = Folder::new("init-error").file("p/src", "");
    let before = contents(&folder);
    let _ = init(&folder, "p").expect_failure(4, &["src"]);
    assert_eq!(contents(&folder), before);
    let _ = init(&folder, "p/src").expect_failure(4, &["src"]);
    assert_eq!(contents(&folder), before);
    // No folder of this name can exist.
    let long = format!("q/{}", "x".repeat(300));
    let _ = init(&folder, &long).expect_failure(4, &["xxx"]);
    assert_eq!(contents(&folder), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written() {
    // Nobody can create anything there, not even root.
    let folder = Folder::new("init-unwritable");
    let _ = init(&folder, "/proc/project").expect_failure(4, &["/proc/project"]);
    let _ = init(&folder, "/proc").expect_failure(4, &["/proc/.gitignore"]);
}
