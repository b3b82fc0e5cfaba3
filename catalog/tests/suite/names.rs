//! Safe names, and the way back from them.

use isolet_catalog::{Catalog, Error, Tool};
use serde_json::json;

use crate::{definition, namespace};

fn catalog(tools: &[(&str, &[&str])]) -> Result<Catalog, Error> {
    let tool = |name: &&str| definition(name, json!({ "type": "object" }));
    let namespaces =
        tools.iter().map(|(name, tools)| namespace(name, tools.iter().map(tool).collect()));
    Catalog::new(namespaces)
}

fn message(tools: &[(&str, &[&str])]) -> String {
    catalog(tools).unwrap_err().to_string()
}

#[test]
fn tools_are_found_by_safe_names() {
    let catalog = catalog(&[("my-server", &["read-file", "3d.render", "then", "delete"])]).unwrap();
    let paths: Vec<_> = catalog.tools().map(Tool::path).collect();
    let safe = ["read_file", "_3d_render", "then_", "delete_"];
    assert_eq!(paths, safe.map(|name| format!("my_server.{name}")));
    let tool = catalog.get("my_server", "read_file").unwrap();
    assert_eq!(tool.definition().name, "read-file");
    assert_eq!(tool.original_namespace(), "my-server");
    for (namespace, name) in [("my-server", "read_file"), ("my_server", "read-file"), ("", "")] {
        assert!(catalog.get(namespace, name).is_none());
    }
}

#[test]
fn names_of_every_object_are_changed() {
    let names = [
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "prototype",
        "valueOf",
        "toJSON",
    ];
    let catalog = catalog(&[("n", &names)]).unwrap();
    for name in names {
        assert!(catalog.get("n", name).is_none());
        assert_eq!(catalog.get("n", &format!("{name}_")).unwrap().definition().name, name);
    }
}

#[test]
fn namespaces_hide_no_globals() {
    let catalog = catalog(&[("fetch", &["fetch"]), ("Promise", &["all"])]).unwrap();
    let text = catalog.declarations();
    assert!(text.contains("declare const fetch_: {\n  fetch("), "{text}");
    assert!(text.contains("declare const Promise_: {\n  all("), "{text}");
}

#[test]
fn equal_names_are_an_error_with_both() {
    assert_eq!(
        message(&[("n", &["a-b", "a.b"])]),
        r#""a-b" and "a.b" are both n.a_b in JavaScript"#
    );
    assert_eq!(message(&[("n", &["a", "a"])]), r#""a" and "a" are both n.a in JavaScript"#);
    assert_eq!(
        message(&[("n", &["then", "then_"])]),
        r#""then" and "then_" are both n.then_ in JavaScript"#
    );
    assert_eq!(
        message(&[("a b", &[]), ("a-b", &[])]),
        r#""a b" and "a-b" are both a_b in JavaScript"#
    );
    assert!(catalog(&[("n", &["a"]), ("m", &["a"])]).is_ok());
}

#[test]
fn names_have_a_length() {
    let long = "x".repeat(257);
    assert_eq!(catalog(&[("n", &[""])]).unwrap_err(), Error::Name { kind: "tool", bytes: 0 });
    assert_eq!(
        catalog(&[(&long, &[])]).unwrap_err(),
        Error::Name { kind: "namespace", bytes: 257 }
    );
    assert!(catalog(&[("n", &[&long[1..]])]).is_ok());
}

#[test]
fn the_nearest_names_are_suggested() {
    let files = ["read_file", "read_text_file", "write_file", "list_directory", "move_file"];
    let issues = ["create_issue", "list_issues", "add"];
    let catalog = catalog(&[("files", &files), ("github", &issues)]).unwrap();
    let nearest = |path| catalog.nearest(path).iter().map(|it| it.path()).collect::<Vec<_>>();
    assert_eq!(nearest("files.raed_file")[0], "files.read_file");
    assert_eq!(nearest("fs.readFile")[0], "files.read_file");
    assert_eq!(nearest("github.issueCreate")[0], "github.create_issue");
    assert_eq!(nearest("listDirectory")[0], "files.list_directory");
    assert_eq!(nearest("github.ad")[0], "github.add");
    assert_eq!(nearest("files.file").len(), 3);
    assert_eq!(nearest("billing.charge"), Vec::<String>::new());
    assert_eq!(nearest(""), Vec::<String>::new());
    assert_eq!(nearest(&"é".repeat(1_000_000)), Vec::<String>::new());
}
