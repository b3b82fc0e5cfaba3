//! Poor environments: few descriptors, little address space, standard streams that are closed or
//! full, and paths that are not regular files. Each ends with its exit status and one line that
//! says what is missing.
#![cfg(unix)]

use crate::folder::{Folder, Said};

const PROGRAM: &str = "export default () => { console.log('seen'); return 1 }";

const PARENT: &str = r#"export default async (_, env) => {
  const code = { mainModule: "m.js", modules: { "m.js": "export default { f() { return 1 } }" } };
  const each = [1, 2, 3].map(() => env.LOADER.load({ ...code }).getEntrypoint().f());
  return (await Promise.all(each)).reduce((sum, one) => sum + one);
}"#;

/// Asserts that the command printed exactly one line of its own, which is not a panic.
#[track_caller]
fn assert_one_error(said: &Said, code: i32, text: &str) {
    assert_eq!(said.code, Some(code), "{said:?}");
    let own: Vec<_> = said.err.lines().filter(|line| !line.starts_with("| ")).collect();
    assert!(
        matches!(own[..], [line] if line.starts_with("error: ") && line.contains(text)),
        "{said:?}"
    );
}

#[test]
fn few_descriptors() {
    // Reading a module takes descriptors as well.
    let importing = "import { one } from './a/b/c/one.js'; export default (): number => { console.log('seen'); return one }";
    let folder = Folder::js("descriptors", PROGRAM)
        .file("main.ts", importing)
        .file("a/b/c/one.ts", "export const one: number = 1");
    let mut enough = 0;
    // With three descriptors, the system does not find the libraries that the command is linked to.
    for descriptors in 4..=30 {
        let line = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
        for file in ["main.js", "main.ts"] {
            let said = folder.run_in_shell(&line, &[file]);
            if said.code == Some(0) {
                assert_eq!((said.out.as_str(), said.err.as_str()), ("1\n", "| seen\n"));
                enough += 1;
            } else {
                assert_one_error(&said, 4, "ulimit -n");
                assert_eq!((said.out.as_str(), enough), ("", 0), "{said:?}");
            }
        }
    }
    // The command succeeds from some number on, well within the range.
    assert!((10..=30).contains(&enough), "{enough}");
    let said = folder.run_in_shell("ulimit -n 6 && exec \"$0\" \"$@\"", &["main.js", "--json"]);
    let record: serde_json::Value = serde_json::from_str(&said.out).expect("a record");
    assert_eq!((said.code, &record["outcome"]), (Some(4), &"internalError".into()), "{said:?}");
    assert!(record["error"]["message"].as_str().expect("text").contains("ulimit -n"), "{record}");
}

#[cfg(target_os = "linux")]
#[test]
fn few_addresses() {
    let folder = Folder::js("few-addresses", PROGRAM);
    // These are below what the pool of a run takes, which is about 12 GiB. With less than the
    // first, the system does not load the command.
    for kib in [200_000, 1_000_000, 8_000_000] {
        assert_one_error(&folder.run_within(kib, &["main.js"]), 4, "ulimit -v");
    }
    let _ = folder.run_within(16_000_000, &["main.js"]).expect_out("1");

    // The interpreter's memories are smaller, so that even a parent has some room.
    let pulley = &["main.js", "--engine", "pulley"][..];
    assert_one_error(&folder.run_within(1_000_000, pulley), 4, "ulimit -v");
    let _ = folder.run_within(4 << 20, pulley).expect_out("1");
    let parent = Folder::js("few-addresses-loader", PARENT);
    let pulley = &["main.js", "--engine", "pulley", "--loader", "LOADER"][..];
    // In torture mode a sandbox has two instances for a moment.
    let torture = std::env::var("ISOLET_TORTURE").is_ok_and(|value| value == "1");
    let kib = if torture { 8 << 20 } else { 4 << 20 };
    let _ = parent.run_within(kib, pulley).expect_out("3");
}

#[test]
fn closed_streams() {
    let folder = Folder::js("closed-streams", PROGRAM).file("none.js", "export default () => {}");
    for arguments in [&["main.js"][..], &["main.js", "--json"]] {
        let said = folder.run_in_shell("exec \"$0\" \"$@\" >&-", arguments);
        assert_one_error(&said, 4, "standard output: it is closed");
        // If standard error is closed, nobody wants the log.
        let said = folder.run_in_shell("exec \"$0\" \"$@\" 2>&-", arguments);
        assert_eq!((said.code, said.out.is_empty()), (Some(0), false), "{said:?}");
        let said = folder.run_in_shell("exec \"$0\" \"$@\" >&- 2>&- <&-", arguments);
        assert_eq!(said.code, Some(4), "{said:?}");
        let said = folder.run_in_shell("exec \"$0\" \"$@\" <&-", arguments);
        assert_eq!((said.code, said.out.is_empty()), (Some(0), false), "{said:?}");
    }
    let said = folder.run_in_shell("exec \"$0\" \"$@\" <&-", &["-"]);
    assert_one_error(&said, 2, "standard input: it is closed");
    // This program has nothing to print.
    let said = folder.run_in_shell("exec \"$0\" \"$@\" >&-", &["none.js"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    for redirect in [">&-", ">/dev/full"] {
        let said = folder.run_in_shell(&format!("exec \"$0\" \"$@\" {redirect}"), &["--help"]);
        assert_one_error(&said, 4, "standard output");
    }
    // None of these is an error, because the output is not wanted.
    for redirect in [">/dev/null", "1<>/dev/null", ">/dev/null 2>&1", "| head -c 0"] {
        let said = folder.run_in_shell(&format!("\"$0\" \"$@\" {redirect}"), &["main.js"]);
        assert_eq!(said.code, Some(0), "{redirect}: {said:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn full_disks() {
    let folder = Folder::js("full", PROGRAM);
    for arguments in [&["main.js"][..], &["main.js", "--json"]] {
        let said = folder.run_in_shell("exec \"$0\" \"$@\" >/dev/full", arguments);
        assert_one_error(&said, 4, "standard output: No space left on device");
        // The log is lost, and only the exit status can say so.
        let said = folder.run_in_shell("exec \"$0\" \"$@\" 2>/dev/full", arguments);
        assert_eq!((said.code, said.out.is_empty()), (Some(4), false), "{said:?}");
        let said = folder.run_in_shell("exec \"$0\" \"$@\" >/dev/full 2>/dev/full", arguments);
        assert_eq!(said.code, Some(4), "{said:?}");
    }
    let said = folder.run_in_shell("exec \"$0\" \"$@\" 2>/dev/full", &["missing.js"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    let said = folder.run_in_shell("exec \"$0\" \"$@\" </dev/full", &["-"]);
    assert_one_error(&said, 2, "standard input: larger than 67108864 bytes");
}

#[test]
fn a_folder_that_is_gone() {
    let folder = Folder::js("gone", PROGRAM);
    let main = folder.path().join("main.js");
    let main = main.to_str().expect("UTF-8");
    let gone = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" \"$@\"";
    assert_one_error(&folder.run_in_shell(gone, &["main.js"]), 2, "main.js: ");
    assert_one_error(&folder.run_in_shell(gone, &[main, "--root", "."]), 2, ".: ");
    let _ = folder.run_in_shell(gone, &[main]).expect_out("1");
    let from_stdin = gone.replace("exec", "echo 'export default () => 1' |");
    let _ = folder.run_in_shell(&from_stdin, &["-"]).expect_out("1");
}

#[test]
fn no_home_and_no_environment() {
    let folder = Folder::js("no-home", PROGRAM);
    let _ = folder.run_in_shell("exec env -i \"$0\" \"$@\"", &["main.js"]).expect_out("1");
    let _ = folder.run_in_shell("unset HOME; exec \"$0\" \"$@\"", &["main.js"]).expect_out("1");
}

#[test]
fn files_that_are_none() {
    let folder = Folder::js("none", PROGRAM)
        .file("folder.js/x.js", "")
        .file("latin.js", [b'/', b'/', 0xe4])
        .file("secret.js", PROGRAM);
    assert_one_error(&folder.run(&["folder.js"]), 2, "folder.js: is a directory");
    assert_one_error(&folder.run(&["latin.js"]), 2, "latin.js: stream did not contain valid UTF-8");
    assert_one_error(&folder.run(&["missing.js"]), 2, "missing.js: No such file");
    // Pipes and devices are not opened, even through a link.
    let made = folder
        .run_in_shell("mkfifo pipe.js && ln -s /dev/zero zero.js && ln -s pipe.js to-pipe.js", &[]);
    assert_eq!(made.code, Some(0), "{made:?}");
    for file in ["pipe.js", "zero.js", "to-pipe.js", "/dev/zero"] {
        assert_one_error(&folder.run(&[file]), 2, "not a regular file");
        let module = format!("lib={file}");
        assert_one_error(&folder.run(&["main.js", "--module", &module]), 2, "not a regular file");
    }
    let closed = folder.run_in_shell("chmod 0 secret.js; test -r secret.js", &[]);
    // A user such as root may read every file.
    if closed.code != Some(0) {
        assert_one_error(&folder.run(&["secret.js"]), 2, "secret.js: Permission denied");
    }
}
