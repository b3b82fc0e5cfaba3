//! Imports from disk, from the main file's folder and from nowhere else.

use crate::folder::{Folder, Said, isolet, said};

#[test]
fn relative_imports_are_read_from_the_files_folder() {
    let folder = Folder::new("relative")
        .file("app/main.ts", "import { a } from './lib/a.js'; import data from './data.json'; import text from './note.txt';
                              import cjs from './c.cjs'; export default async () => [a, data, text, cjs, (await import('./late')).late]")
        .file("app/lib/a.ts", "import { b } from '../b.js'; export const a: string = 'a' + b")
        .file("app/b.js", "export const b = 'b'")
        .file("app/late.ts", "export const late: string = 'late'")
        .file("app/data.json", "{\"x\":1}")
        .file("app/note.txt", "text")
        .file("app/c.cjs", "module.exports = require('./d.cjs') + 'c'")
        .file("app/d.cjs", "module.exports = 'd'");
    let expected = r#"["ab",{"x":1},"text","dc","late"]"#;
    let _ = folder.run(&["app/main.ts"]).expect_out(expected);
    // The command may run in another folder, with another path.
    let path = folder.path().join("app/main.ts");
    let _ = said(isolet(&[path.to_str().expect("UTF-8")]).current_dir("/")).expect_out(expected);
}

/// Creates the folder `app`, beside files that must never be read.
fn beside(name: &str, source: &str) -> Folder {
    Folder::new(name)
        .file("secret.js", "export default 'secret'")
        .file("secret.txt", "secret")
        .file("app/main.js", source)
}

#[test]
fn nothing_above_the_folder_is_read() {
    for (index, specifier) in [
        "../secret.js",
        "./../secret.js",
        "../app/../secret.js",
        "./lib/../../secret.js",
        "..%2fsecret.js",
        "lib/../../secret.js",
        "..\\\\secret.js",
        "../secret.txt",
    ]
    .iter()
    .enumerate()
    {
        let folder = beside(
            &format!("above{index}"),
            &format!("import x from '{specifier}'; export default () => x"),
        );
        let said = folder.run(&["app/main.js"]);
        assert!(!said.out.contains("secret"), "{specifier}: {said:?}");
        let _ = said.expect_failure(2, &["error"]);
    }
}

#[test]
fn no_absolute_path_is_read() {
    let folder = beside("absolute", "");
    let secret = folder.path().join("secret.txt");
    for specifier in
        [secret.to_str().expect("UTF-8"), "/etc/passwd", "file:///etc/passwd", "/proc/self/environ"]
    {
        let source = format!(
            "export default async () => {{ try {{ return (await import({specifier:?})).default }} catch (e) {{ return 'refused' }} }}"
        );
        let folder = beside("absolute2", &source);
        let _ = folder.run(&["app/main.js"]).expect_out("\"refused\"");
    }
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let folder = beside(
        "links",
        "export default async name => { try { return (await import(name)).default } catch (e) { return 'refused' } }",
    )
    .file("app/inside.js", "export default 'inside'");
    let app = folder.path().join("app");
    symlink("../secret.js", app.join("relative.js")).expect("a link");
    symlink(folder.path().join("secret.js"), app.join("absolute.js")).expect("a link");
    symlink("..", app.join("up")).expect("a link");
    symlink("inside.js", app.join("within.js")).expect("a link");
    symlink("loop.js", app.join("loop.js")).expect("a link");
    for name in
        ["./relative.js", "./absolute.js", "./up/secret.js", "./loop.js", "./up/app/inside.js"]
    {
        let said = folder.run(&["app/main.js", "--arg", &format!("{name:?}")]);
        let _ = said.expect_out("\"refused\"");
    }
    let _ = folder.run(&["app/main.js", "--arg", "\"./within.js\""]).expect_out("\"inside\"");
    // The user chooses the main file, so it may be a link.
    symlink("app/main.js", folder.path().join("linked.js")).expect("a link");
    let _ = folder.run(&["linked.js", "--arg", "\"x\""]).expect_out("\"refused\"");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    let folder = Folder::js(
        "special",
        "export default async name => { try { return typeof (await import(name)).default } catch (e) { return 'refused' } }",
    )
    .file("folder.js/inner.js", "export default 1");
    let pipe = folder.path().join("pipe.js");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        // Opening the pipe would wait for a writer that never comes.
        let _ = folder
            .run(&["main.js", "--timeout", "20s", "--arg", "\"./pipe.js\""])
            .expect_out("\"refused\"");
    }
    let _ = folder.run(&["main.js", "--arg", "\"./folder.js\""]).expect_out("\"refused\"");
    let _ = folder.run(&["main.js", "--arg", "\"./folder.js/inner.js\""]).expect_out("\"number\"");
    let _ = folder.run(&["main.js", "--arg", "\"./main.js/inner.js\""]).expect_out("\"refused\"");
}

/// Imports the module that its argument names.
const IMPORTS: &str = "export default async name => { try { return (await import(name)).default } catch (e) { return e.message } }";

#[cfg(unix)]
#[test]
fn what_is_hidden_is_not_there() {
    use std::os::unix::fs::symlink;
    let folder = Folder::js("hidden", IMPORTS)
        .file(".env.json", "\"secret\"")
        .file(".git/config.txt", "secret")
        .file("sub/.secret.txt", "secret")
        .file("sub/.deep/a/secret.js", "export default 'secret'")
        .file("sub/a.b.js", "export default 'shown'");
    symlink(".env.json", folder.path().join("env.json")).expect("a link");
    symlink(".git", folder.path().join("git")).expect("a link");
    symlink("git/config.txt", folder.path().join("config.txt")).expect("a link");
    symlink(".deep/a", folder.path().join("sub/a")).expect("a link");
    for name in [
        "./.env.json",
        "./.git/config.txt",
        "./sub/.secret.txt",
        "./sub/.deep/a/secret.js",
        "./sub/.deep/a/secret",
        "./env.json",
        "./git/config.txt",
        "./config.txt",
        "./sub/a/secret.js",
        ".env.json",
    ] {
        let said = folder.run(&["main.js", "--arg", &format!("{name:?}")]);
        assert!(said.code == Some(0) && !said.out.contains("secret\"\n"), "{name}: {said:?}");
        // The error is the same as for a file that does not exist.
        let missing = folder.run(&["main.js", "--arg", &format!("{:?}", name.replace('c', "x"))]);
        assert_eq!(said.out.replace('c', "x"), missing.out.replace('c', "x"), "{name}");
    }
    let _ = folder.run(&["main.js", "--arg", "\"./sub/a.b.js\""]).expect_out("\"shown\"");
    // The user may name a hidden file or folder.
    let named = Folder::new("hidden-named")
        .file(".dots/.main.js", "import './.lib.js'")
        .file(".dots/.lib.js", "")
        .file(".dots/main.js", "import x from './lib.js'; export default () => x")
        .file(".dots/lib.js", "export default 'lib'");
    let _ = named.run(&[".dots/main.js"]).expect_out("\"lib\"");
    let _ = named.run(&[".dots/.main.js"]).expect_failure(2, &["main.js", ".lib.js"]);
    let _ = named.run(&["--root", ".", ".dots/main.js"]).expect_failure(2, &[".dots/lib.js"]);
}

#[test]
fn the_folder_may_be_one_above_the_file() {
    let folder = Folder::new("root")
        .file("app/src/main.ts", "import lib from '../lib/lib.js'; export default () => [lib, import.meta.url, new Error().stack]")
        .file("app/lib/lib.ts", "import { name } from '../name.js'; export default name as string")
        .file("app/name.js", "export const name = 'name'")
        .file("app/top.js", "import name from './lib/lib.js'; export default () => name")
        .file("other/main.js", "")
        .file("secret.js", "export default 'secret'")
        .file("app/out.js", "import x from '../secret.js'; export default () => x");
    let _ = folder.run(&["app/src/main.ts"]).expect_failure(2, &["../lib/lib.js"]);
    let said = folder.run(&["app/src/main.ts", "--root", "app"]);
    assert!(said.code == Some(0) && said.out.starts_with("[\"name\",\""), "{said:?}");
    assert!(said.out.contains("src/main.ts:1:") && !said.out.contains("app"), "{said:?}");
    let root = folder.path().join("app");
    let root = root.to_str().expect("UTF-8");
    for arguments in [
        ["src/../src/main.ts", "--root", root],
        ["src/main.ts", "--root", "."],
        ["./src/main.ts", "--root", "src/.."],
    ] {
        let same = said_in(&folder, "app", &arguments);
        assert_eq!((same.code, &same.out), (Some(0), &said.out), "{arguments:?}: {same:?}");
    }
    let _ = folder.run(&["app/out.js", "--root", "app"]).expect_failure(2, &["../secret.js"]);
    for root in ["app", "app/src", "other/.."] {
        let said = folder.run(&["other/main.js", "--root", root]);
        if root == "other/.." {
            assert_eq!(said.code, Some(0), "{said:?}");
        } else {
            let _ = said.expect_failure(2, &["FILE lies in", "is not in --root", root]);
        }
    }
    let _ = folder.run(&["other/main.js", "--root", "missing"]).expect_failure(2, &["missing: "]);
    let _ = folder.run(&["app/top.js", "--root", "app/name.js"]).expect_failure(2, &["--root"]);
    // Without a file there is no folder to import from, unless `--root` gives one.
    let source = b"import x from './lib/lib.js'; export default () => x";
    let _ = folder.run_with_input(&["-"], source).expect_failure(2, &["lib/lib.js"]);
    let _ = folder.run_with_input(&["-", "--root", "app"], source).expect_out("\"name\"");
}

fn said_in(folder: &Folder, inner: &str, arguments: &[&str]) -> Said {
    said(folder.command(arguments).current_dir(folder.path().join(inner)))
}

#[test]
fn what_a_run_reads_is_bounded() {
    let folder = Folder::js(
        "bounded",
        "export default async n => { for (let i = 0; i < n; i++) await import(`./large${i}.txt`); return n }",
    );
    let large =
        |folder: Folder, index| folder.file(&format!("large{index}.txt"), vec![b'x'; 6 << 20]);
    let folder = (0..11).fold(folder, large);
    let arguments = ["main.js", "--memory", "1G", "--fuel", "100000000000", "--arg"];
    let _ = folder.run(&[&arguments[..], &["10"]].concat()).expect_out("10");
    let _ = folder.run(&[&arguments[..], &["11"]].concat()).expect_failure(
        1,
        &["large10.txt: a run reads at most 67108864 bytes of modules from its folder"],
    );
}

#[test]
fn files_that_are_no_modules_are_refused_with_their_name() {
    let folder = Folder::js("kinds", "import './data.bin'")
        .file("data.bin", "x")
        .file("latin.js", [b'/', b'/', 0xe4]);
    let _ = folder.run(&["main.js"]).expect_failure(2, &["data.bin"]);
    let other = Folder::js("latin", "import './latin.js'").file("latin.js", [b'/', b'/', 0xe4]);
    let _ = other.run(&["main.js"]).expect_failure(2, &["latin.js"]);
}
