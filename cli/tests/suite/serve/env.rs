//! The sources of `env`.

use serde_json::{Value as Json, json};

use super::{PROGRAM, Server};
use crate::folder::Folder;

#[test]
fn flags_come_before_files_and_files_before_dev_vars() {
    let folder = Folder::js("serve-env", PROGRAM)
        .file(".dev.vars", "A=dev\nB=dev\nC=\"dev vars\"\n# a comment\nexport D=dev\n")
        .file("one.env", "A=one\nB=one\nE='one'\n")
        .file("two.env", "E=two\n");
    let server = Server::start(
        &folder,
        &["--env-file", "one.env", "--env-file", "two.env", "--env", "A={\"json\":1}"],
    );
    let env: Json = serde_json::from_str(&server.get("/env").body).expect("JSON");
    assert_eq!(
        env,
        json!({ "A": { "json": 1 }, "B": "one", "C": "dev vars", "D": "dev", "E": "two" })
    );
    assert!(server.stop().contains(".dev.vars"));
}

#[test]
fn dollar_signs_are_what_they_are() {
    let text = "A=x\nB=$A$A\nC=\"${HOME} \\$A\"\nD='$A'\n";
    let folder = Folder::js("serve-dollar", PROGRAM)
        .file("one.env", text)
        .file("large.env", format!("A={}\n", "x".repeat(1 << 20)));
    let server = Server::start(&folder, &["--env-file", "one.env"]);
    let env: Json = serde_json::from_str(&server.get("/env").body).expect("JSON");
    assert_eq!(env, json!({ "A": "x", "B": "$A$A", "C": "${HOME} $A", "D": "$A" }));
    let _ = server.stop();
    let said =
        crate::folder::said(&mut super::serve(&folder, &["main.js", "--env-file", "large.env"]));
    let _ = said.expect_failure(2, &["large.env", "1048576"]);
}

#[test]
fn a_file_with_an_error_is_not_shown() {
    let folder = Folder::js("serve-secret", PROGRAM).file("bad.env", "TOKEN=ok\nsecret line\n");
    let said =
        crate::folder::said(&mut super::serve(&folder, &["main.js", "--env-file", "bad.env"]));
    let said = said.expect_failure(2, &["bad.env"]);
    assert!(!said.err.contains("secret"), "{said:?}");
}
