//! `--watch`.

use std::fs;

use super::Server;
use crate::folder::Folder;

fn program(text: &str) -> String {
    format!(
        "import lib from './lib.js'; export default {{ fetch: () => new Response('{text} ' + lib) }}"
    )
}

#[test]
fn a_change_is_served_from_the_next_request_on() {
    let folder = Folder::js("serve-watch", &program("one")).file("lib.js", "export default 'a'");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let server = Server::start(&folder, &["--watch", "--sandboxes", "1"]);
    let _ = server.get("/").expect(200, "one a");
    write("main.js", &program("second"));
    let _ = server.get("/").expect(200, "second a");
    write("lib.js", "export default 'another'");
    let _ = server.get("/").expect(200, "second another");
    // A program that does not load leaves the old one, and is tried once.
    write("main.js", "export default {");
    let _ = server.get("/").expect(200, "second another");
    let _ = server.get("/").expect(200, "second another");
    server.wait_for("does not load, and the old one stays");
    assert_eq!(server.err().matches("does not load, and the old one stays").count(), 1);
    write("main.js", &program("third"));
    let _ = server.get("/").expect(200, "third another");
    fs::remove_file(folder.path().join("lib.js")).expect("a file");
    let _ = server.get("/").expect(200, "third another");
    write("lib.js", "export default 'again'");
    let _ = server.get("/").expect(200, "third again");
    let _ = server.stop();
}

#[test]
fn without_it_nothing_changes() {
    let folder =
        Folder::js("serve-unwatched", &program("one")).file("lib.js", "export default 'a'");
    let server = Server::start(&folder, &["--fuel", "100000000", "--sandboxes", "2"]);
    let _ = server.get("/").expect(200, "one a");
    fs::write(folder.path().join("lib.js"), "export default 'b'").expect("a file");
    fs::write(folder.path().join("main.js"), program("two")).expect("a file");
    // The second sandbox begins now, with the code that the first one has.
    for _ in 0..3 {
        let _ = server.get("/").expect(200, "one a");
    }
    let _ = server.stop();
}

/// Files that did not exist when the server started are among those that change.
#[test]
fn settings_and_variables_are_watched() {
    let folder = Folder::js("serve-watch-env", super::PROGRAM).file("one.env", "A=one\n");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let server = Server::start(&folder, &["--watch", "--env-file", "one.env"]);
    let _ = server.get("/env").expect(200, r#"{"A":"one"}"#);
    write("one.env", "A=two\n");
    let _ = server.get("/env").expect(200, r#"{"A":"two"}"#);
    write(".dev.vars", "A=dev\nB=dev\n");
    let _ = server.get("/env").expect(200, r#"{"A":"two","B":"dev"}"#);
    write("wrangler.toml", "main = \"main.js\"\nvars = { B = 1, C = 2 }");
    let answer = server.get("/env");
    let env: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(env, serde_json::json!({ "A": "two", "B": "dev", "C": 2 }));
    // A file that is wrong leaves what there was, until it is good again.
    write("wrangler.toml", "main = ");
    assert!(server.get("/env").body.contains("\"C\":2"));
    write("wrangler.toml", "main = \"main.js\"\nvars = { C = 3 }\n");
    assert!(server.get("/env").body.contains("\"C\":3"));
    fs::remove_file(folder.path().join(".dev.vars")).expect("a file");
    assert!(!server.get("/env").body.contains("dev"));
    assert_eq!(server.stop().matches("does not load, and the old one stays").count(), 1);
}
