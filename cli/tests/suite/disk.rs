//! Imports from disk: the main file's folder, and nothing outside of it.

use crate::folder::{Folder, isolet, said};

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
    // From elsewhere, by another path.
    let path = folder.path().join("app/main.ts");
    let _ = said(isolet(&[path.to_str().expect("UTF-8")]).current_dir("/")).expect_out(expected);
}

/// A file outside the folder that must never be read.
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
    // The main file is the user's own choice.
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
        // Opening it would wait for a writer that never comes.
        let _ = folder
            .run(&["main.js", "--timeout", "20s", "--arg", "\"./pipe.js\""])
            .expect_out("\"refused\"");
    }
    let _ = folder.run(&["main.js", "--arg", "\"./folder.js\""]).expect_out("\"refused\"");
    let _ = folder.run(&["main.js", "--arg", "\"./folder.js/inner.js\""]).expect_out("\"number\"");
    let _ = folder.run(&["main.js", "--arg", "\"./main.js/inner.js\""]).expect_out("\"refused\"");
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
