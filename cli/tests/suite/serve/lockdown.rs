//! `--lockdown`: the server does the same in a process that can do nothing else.

use super::{PROGRAM, Server, serve};
use crate::folder::{Folder, said};
use crate::lockdown::supported;

#[test]
fn a_server_that_is_locked_down_serves() {
    let folder = Folder::js("serve-lockdown", PROGRAM)
        .file("public/a.txt", "asset")
        .file(".dev.vars", "A=1")
        .file("late.js", "export default { fetch: async () => new Response((await import('./lib.js')).default) }")
        .file("lib.js", "export default 'late'");
    if !supported() {
        let _ = said(&mut serve(&folder, &["main.js", "--lockdown"]))
            .expect_failure(4, &["lockdown needs"]);
        return;
    }
    for more in [&[][..], &["--fresh"]] {
        let options = ["--lockdown", "--assets", "public", "--admin", "127.0.0.1:0"];
        let server = Server::start(&folder, &[&options[..], more].concat());
        let _ = server.get("/x").expect(200, "http://a/x");
        let _ = server.get("/env").expect(200, r#"{"A":"1"}"#);
        let _ = server.get("/a.txt").expect(200, "asset");
        let _ = server.get("/slow").expect(200, "slow");
        server.wait_for_metric("isolet_requests_in_flight", 0.0);
        let _ = server.stop();
    }
    let mut command = serve(&folder, &["late.js", "--lockdown", "--listen", "127.0.0.1:0"]);
    let server = Server::of(&mut command);
    let _ = server.get("/").expect(200, "late");
    let _ = server.stop();
}

/// A folder with a program in one workspace that imports another.
#[cfg(feature = "packages")]
fn workspaces(name: &str) -> Folder {
    let main = "import at_once from 'lib';
        const run = async () => [at_once, (await import('lib/late.js')).default].join(' ');
        export default { run, fetch: async () => new Response(await run()) }";
    let folder = Folder::new(name)
        .file("package.json", r#"{"workspaces":["packages/*"]}"#)
        .file("packages/app/package.json", r#"{"name":"app","dependencies":{"lib":"workspace:*"}}"#)
        .file("packages/app/src/main.js", main)
        .file("packages/lib/package.json", r#"{"name":"lib","type":"module"}"#)
        .file("packages/lib/index.js", "export default 'at once'")
        .file("packages/lib/late.js", "export default 'late'")
        .file("secret.js", "export default 'secret'");
    let mut add = std::process::Command::new(env!("CARGO_BIN_EXE_isolet"));
    let said = said(add.args(["add", "--store", "store"]).current_dir(folder.path()));
    assert_eq!(said.code, Some(0), "{said:?}");
    folder
}

#[cfg(feature = "packages")]
#[test]
fn workspaces_beside_the_folder_of_imports_are_read() {
    let folder = workspaces("serve-lockdown-workspaces");
    let main = "packages/app/src/main.js";
    let _ = folder.run(&[main, "--store", "store", "--call", "run"]).expect_out("\"at once late\"");
    if !supported() {
        return;
    }
    let arguments = [main, "--store", "store", "--lockdown"];
    let _ =
        folder.run(&[&arguments[..], &["--call", "run"]].concat()).expect_out("\"at once late\"");
    for more in [&[][..], &["--fresh"]] {
        let listen = ["--listen", "127.0.0.1:0"];
        let mut command = serve(&folder, &[&arguments[..], &listen, more].concat());
        let server = Server::of(&mut command);
        let _ = server.get("/").expect(200, "at once late");
        let _ = server.stop();
    }
}

#[cfg(feature = "wasi")]
#[test]
fn tools_that_were_compiled_run() {
    let source = "export default { fetch: async (request, { T }) => {
        const { exitCode, stdout } = await T.run();
        return Response.json([exitCode, stdout.length]);
    } }";
    let folder = Folder::js("serve-lockdown-tools", source)
        .file("t.wasm", wat::parse_str(crate::tools::PROGRAM).expect("a module"));
    let said = crate::tools::compile(&folder, &[&crate::tools::CACHE[..], &["t.wasm"]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    if !supported() {
        return;
    }
    let options = ["--engine", "pulley", "--lockdown", "--tool", "T=t.wasm"];
    for more in [&[][..], &["--fresh"]] {
        let server = Server::start(&folder, &[&options[..], &crate::tools::CACHE, more].concat());
        for _ in 0..3 {
            let _ = server.get("/").expect(200, "[0,1000]");
        }
        let _ = server.stop();
    }
    // Nothing is compiled.
    let other = ["--tool-cache", "cache", "--tool-key", "other-key"];
    let said =
        crate::folder::said(&mut serve(&folder, &[&["main.js"], &options[..], &other].concat()));
    let _ = said.expect_failure(2, &["it is not in --tool-cache"]);
    let said = crate::folder::said(&mut serve(&folder, &[&["main.js"], &options[..]].concat()));
    let _ = said.expect_failure(2, &["--lockdown with --tool needs --tool-cache"]);
}

#[test]
fn what_needs_more_is_refused() {
    let folder = Folder::js("serve-lockdown-not", PROGRAM);
    let with =
        |more: &[&str]| said(&mut serve(&folder, &[&["main.js", "--lockdown"], more].concat()));
    let _ = with(&["--watch"]).expect_failure(2, &["--watch"]);
    #[cfg(feature = "net")]
    let _ = with(&["--allow-net", "example.com"]).expect_failure(2, &["opens no sockets"]);
    #[cfg(feature = "dir")]
    let _ = with(&["--dir", "D=."]).expect_failure(2, &["cannot be combined with --dir"]);
    #[cfg(feature = "packages")]
    let _ = with(&["--packages"]).expect_failure(2, &["cannot be combined with --packages"]);
    #[cfg(feature = "cache")]
    let _ = with(&["--cache", "images"]).expect_failure(2, &["cannot be combined with --cache"]);
}
