//! A parent that loads workers, as an application.

use serde_json::{Value as Json, json};

use super::{Server, serve};
use crate::folder::Folder;

/// Checked by `tsc` as well (`just types-check`).
const PARENT: &str = include_str!("../../types/tutorial.ts");

#[test]
fn a_parent_serves_what_its_workers_compute() {
    const CONFIG: &str =
        r#"{ "main": "tutorial.ts", "worker_loaders": [{ "binding": "LOADER" }] }"#;
    let folder =
        Folder::new("serve-loader").file("tutorial.ts", PARENT).file("wrangler.jsonc", CONFIG);
    for fresh in [&[][..], &["--fresh"]] {
        let options = ["wrangler.jsonc", "--listen", "127.0.0.1:0"];
        let server = Server::of(&mut serve(&folder, &[&options[..], fresh].concat()));
        let answer = server.get("/?n=21");
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer: Json = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(answer, json!({ "doubled": 42, "asked": ["http://a/?n=21"], "denied": true }));
        let _ = server.stop();
    }
}
