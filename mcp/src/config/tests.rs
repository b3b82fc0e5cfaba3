use http::header::AUTHORIZATION;

use super::*;

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "PATH" => "/bin",
        "SHELL" => "() { :; }",
        "TOKEN" => "secret",
        "OTHER" => "never inherited",
        "LONG" => "long secret",
        "HOME" => "/home/somebody",
        _ => return None,
    };
    Some(value.to_owned())
}

fn parse(text: &str) -> Result<Config> {
    Config::parse(text, variable)
}

fn error(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_process_gets_what_is_named() {
    let config = parse(
        r#"{
            // As in VS Code.
            "servers": {"files": {
                "type": "stdio", "command": "npx", "args": ["-y", "${TOKEN}"], "cwd": "/tmp",
                "env": {"KEY": "a${TOKEN}b", "N": 1, "D": "${NONE:-x}", "E": "${env:TOKEN}", "X": "${"},
                "unknown": {},
            }},
            "inputs": []
        }"#,
    );
    let config = config.unwrap();
    let Endpoint::Process(process) = &config.servers["files"] else { panic!("{config:?}") };
    assert_eq!(process.command, "npx");
    assert_eq!(process.arguments, ["-y", "${TOKEN}"]);
    assert_eq!(process.directory.as_deref(), Some("/tmp".as_ref()));
    let expected = [
        ("D", "x"),
        ("E", "secret"),
        ("HOME", "/home/somebody"),
        ("KEY", "asecretb"),
        ("N", "1"),
        ("PATH", "/bin"),
        ("X", "${"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(process.environment, BTreeMap::from(expected));
}

#[test]
fn http_servers_have_headers() {
    let config = parse(
        r#"{"mcpServers": {"a": {"url": "https://a.example/mcp", "transport": "streamable-http",
            "headers": {"X-Key": "${TOKEN}"}, "bearer": "${TOKEN}"},
            "off": {"disabled": true, "command": "x"}}}"#,
    );
    let config = config.unwrap();
    assert_eq!(config.names().collect::<Vec<_>>(), ["a"]);
    let Endpoint::Http { headers, .. } = &config.servers["a"] else { panic!("{config:?}") };
    assert_eq!(headers[0].1, "secret");
    assert_eq!(headers[1], (AUTHORIZATION, HeaderValue::from_static("Bearer secret")));
    assert!(!format!("{config:?}{headers:?}").contains("secret"));
}

#[test]
fn values_of_the_configuration_are_kept_out_of_records() {
    let config = parse(
        r#"{"mcpServers": {
            "a": {"command": "x", "env": {"KEY": "literal-key", "HOME": "/home/somebody",
                "DEFAULT": "${NONE:-default-key}", "SHORT": "1234567"}},
            "b": {"url": "https://b.example", "headers": {"Authorization": "Bearer literal-token"}},
            "c": {"command": "sh", "args": ["-c", "run ${LONG} ${NONE:-other-default} ${HOME}", "--api-key",
                "literal-argument", "--token=${LONG}", "/home/somebody/project"]}
        }}"#,
    );
    let redact = config.unwrap().redactor();
    for (text, expected) in [
        ("literal-argument", "isolet.secret.c_api_key."),
        ("a long secret", "a isolet.secret.LONG."),
        ("other-default", "isolet.secret.NONE."),
        ("/home/somebody/project", "/home/somebody/project"),
        ("x literal-key y", "x isolet.secret.a_KEY. y"),
        ("Bearer literal-token", "isolet.secret.b_Authorization."),
        ("literal-token", "isolet.secret.b_Authorization."),
        ("default-key", "isolet.secret.NONE."),
        ("/home/somebody 1234567", "/home/somebody 1234567"),
    ] {
        assert_eq!(redact(text.to_owned()), expected);
    }
}

#[test]
fn rules_are_added_by_text() {
    let mut config = parse(r#"{"mcpServers": {"a": {"command": "x"}}}"#).unwrap();
    assert!(!config.has_approvals());
    config.approve("a.*").unwrap();
    config.approve(r#"{"tool": "b.c", "when": {"x": "y"}}"#).unwrap();
    assert!(config.has_approvals());
    for wrong in ["{", r#"{"tools": "a"}"#, "{}"] {
        assert!(config.approve(wrong).unwrap_err().to_string().contains("`approve`"), "{wrong}");
    }
}

#[test]
fn errors_name_server_and_field() {
    let of = |fields: &str| error(&format!(r#"{{"mcpServers": {{"a": {fields}}}}}"#));
    let prefix = "the configuration: server \"a\": ";
    for (fields, expected) in [
        ("1", "it is not an object"),
        ("{}", "it has neither a `command` nor a `url`"),
        (r#"{"command": "x", "url": "http://localhost"}"#, "it has both a `command` and a `url`"),
        (r#"{"command": 1}"#, "`command` is not a string"),
        (r#"{"command": "x", "args": [1]}"#, "`args` is not a list of strings"),
        (r#"{"command": "x", "env": {"A": []}}"#, "`env.A` is not a string"),
        (r#"{"command": "x", "env": {"A=B": ""}}"#, "`env.A=B` is not a variable"),
        (r#"{"command": "x", "env": {"A": "${NONE}"}}"#, "`env.A`: NONE is not set"),
        (r#"{"command": "x", "disabled": 0}"#, "`disabled` is not true or false"),
        (r#"{"command": "x", "sampling": "yes"}"#, "`sampling` is not true or false"),
        (r#"{"command": "x", "type": "http"}"#, "`type` does not fit"),
        (r#"{"url": "ftp://a"}"#, "`url` is not an address of http or https"),
        (r#"{"url": "https://u:p@a"}"#, "`url` has credentials; use `headers` or `bearer`"),
        (r#"{"url": "https://a", "type": "sse"}"#, "the transport `sse` is obsolete; use `http`"),
        (
            r#"{"url": "https://a", "headers": {"Host": "b"}}"#,
            "`headers.host` is set by the protocol",
        ),
        (r#"{"url": "https://a", "headers": {"A B": "b"}}"#, "`headers.A B` is not a header"),
        (
            r#"{"url": "http://a.example", "bearer": "t"}"#,
            "`headers` would be sent in plain text; use https",
        ),
    ] {
        assert_eq!(of(fields), format!("{prefix}{expected}"), "{fields}");
    }
    assert_eq!(error("{}"), "the configuration: it has no `mcpServers`");
    assert!(error("{").starts_with("the configuration: EOF"));
    assert!(error(&" ".repeat(MAX_BYTES + 1)).contains("longer than"));
    let both = r#"{"servers": {"a": {"command": "x"}}, "mcpServers": {"a": {"command": "x"}}}"#;
    assert!(error(both).contains("twice"));
    let many: Vec<_> =
        (0..=MAX_SERVERS).map(|n| format!(r#""s{n}": {{"command": "x"}}"#)).collect();
    assert!(error(&format!(r#"{{"servers": {{{}}}}}"#, many.join(","))).contains("more than"));
}
