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

#[test]
fn what_needs_more_is_refused() {
    let folder = Folder::js("serve-lockdown-not", PROGRAM);
    let with =
        |more: &[&str]| said(&mut serve(&folder, &[&["main.js", "--lockdown"], more].concat()));
    let _ = with(&["--watch"]).expect_failure(2, &["--watch"]);
    #[cfg(feature = "net")]
    let _ = with(&["--allow-net", "example.com"]).expect_failure(2, &["opens no sockets"]);
}
