//! Requests and responses in messages, which may say anything.

use isolet_wire::{Interface, Value, Writer};

use super::{Guest, settled};

/// Shows an argument that is a request or a response.
const SHOW: &str = "export default { async run(it) {
    const text = await it.text();
    return JSON.stringify([it.url, it.method ?? it.status, it.statusText ?? null, [...it.headers], text]);
} };";

/// Calls a method with an instance, and returns its answer.
fn show(interface: Interface, fields: impl Fn(&mut Writer)) -> String {
    let mut writer = Writer::new();
    writer.begin_array(1);
    writer.begin_interface(interface);
    fields(&mut writer);
    writer.end();
    let Ok(message) = Value::from_bytes(writer.finish(), Vec::new()) else {
        return "no message".to_owned();
    };
    let mut guest = Guest::js(SHOW);
    let _ = guest.load();
    settled(&guest.invoke(1, "run", &message)).unwrap_or_else(|error| error)
}

fn headers(writer: &mut Writer, headers: &[(&str, &str)]) {
    writer.string("headers");
    writer.begin_array(headers.len());
    for (name, value) in headers {
        writer.begin_array(2);
        writer.string(name);
        writer.string(value);
    }
}

fn request(url: &str, method: &str, list: &[(&str, &str)], body: Option<&str>) -> String {
    show(Interface::Request, |writer| {
        for (name, value) in [("url", url), ("method", method), ("redirect", "manual")] {
            writer.string(name);
            writer.string(value);
        }
        headers(writer, list);
        if let Some(body) = body {
            writer.string("body");
            writer.string(body);
        }
    })
}

fn response(status: i64, text: &str, list: &[(&str, &str)], body: Option<&str>) -> String {
    show(Interface::Response, |writer| {
        writer.string("status");
        writer.int(status);
        writer.string("statusText");
        writer.string(text);
        headers(writer, list);
        if let Some(body) = body {
            writer.string("body");
            writer.string(body);
        }
    })
}

/// The native checks and those of the scripts have the same results.
#[test]
fn requests_are_what_their_messages_say() {
    let text = [("content-type", "text/plain;charset=UTF-8")];
    let two = [("a", "1"), ("b", "2")];
    for (told, expected) in [
        (request("http://x/", "GET", &[], None), r#"["http://x/","GET",null,[],""]"#),
        (
            request("http://x/", "POST", &text, Some("b")),
            r#"["http://x/","POST",null,[["content-type","text/plain;charset=UTF-8"]],"b"]"#,
        ),
        (
            request("http://x/", "PUT", &two, Some("")),
            r#"["http://x/","PUT",null,[["a","1"],["b","2"]],""]"#,
        ),
        // Not in their standard form.
        (request("HTTP://X", "get", &[], None), r#"["http://x/","GET",null,[],""]"#),
        (request("http://x/#f", "GET", &[], None), r#"["http://x/#f","GET",null,[],""]"#),
        (
            request("http://x/", "GET", &[("B", "2"), ("a", " 1\t")], None),
            r#"["http://x/","GET",null,[["a","1"],["b","2"]],""]"#,
        ),
        (
            request("http://x/", "GET", &[("a", "1"), ("a", "2")], None),
            r#"["http://x/","GET",null,[["a","1, 2"]],""]"#,
        ),
        (
            request("http://x/", "GET", &[("set-cookie", "1"), ("set-cookie", "2")], None),
            r#"["http://x/","GET",null,[["set-cookie","1"],["set-cookie","2"]],""]"#,
        ),
    ] {
        assert!(told.contains(&expected.replace('"', "\\\"")), "{told} is not {expected}");
    }
    for (told, why) in [
        (request("/relative", "GET", &[], None), "Invalid URL"),
        (request("http://x/", "TRACE", &[], None), "Invalid HTTP method"),
        (request("http://x/", "GET", &[], Some("b")), "cannot have a body"),
        (request("http://x/", "GET", &[("a b", "1")], None), "Invalid header name"),
        (request("http://x/", "GET", &[("", "1")], None), "Invalid header name"),
        (request("http://x/", "GET", &[("a", "1\n2")], None), "Invalid header value"),
        (request("http://x/", "GET", &[("a", "\u{100}")], None), "Invalid header value"),
    ] {
        assert!(told.contains(why), "{told} is not {why}");
    }
}

#[test]
fn responses_are_what_their_messages_say() {
    for (told, expected) in [
        (response(200, "OK", &[], Some("b")), r#"["",200,"OK",[],"b"]"#),
        (response(204, "", &[("a", "b")], None), r#"["",204,"",[["a","b"]],""]"#),
        (response(599, "\u{ff}", &[], None), r#"["",599,"ÿ",[],""]"#),
    ] {
        assert!(told.contains(&expected.replace('"', "\\\"")), "{told} is not {expected}");
    }
    for (told, why) in [
        (response(199, "OK", &[], None), "in the range 200 to 599"),
        (response(600, "OK", &[], None), "in the range 200 to 599"),
        (response(204, "OK", &[], Some("")), "cannot have a body"),
        (response(200, "a\nb", &[], None), "Invalid statusText"),
        (response(200, "OK", &[("é", "b")], None), "Invalid header name"),
    ] {
        assert!(told.contains(why), "{told} is not {why}");
    }
}

/// Headers are pairs of strings and nothing else.
#[test]
fn headers_have_their_form() {
    let forms: [fn(&mut Writer); 8] = [
        |it| it.string("content-type"),
        |it| it.begin_array(1),
        |it| {
            it.begin_array(1);
            it.string("a");
        },
        |it| {
            it.begin_array(1);
            it.begin_array(1);
            it.string("a");
        },
        |it| {
            it.begin_array(1);
            it.begin_array(3);
            ["a", "b", "c"].into_iter().for_each(|text| it.string(text));
        },
        |it| {
            it.begin_array(1);
            it.begin_array(2);
            it.string("a");
            it.int(1);
        },
        |it| {
            it.begin_array(1);
            it.reference(0);
        },
        |it| {
            it.begin_object();
            it.string("a");
            it.string("b");
            it.end();
        },
    ];
    for (form, interface) in forms.iter().zip([Interface::Request, Interface::Response].repeat(4)) {
        let told = show(interface, |writer| {
            writer.string("headers");
            form(writer);
        });
        assert!(told.contains("malformed message") || told == "no message", "{told}");
    }
    for none in [Writer::undefined, Writer::null] {
        let told = show(Interface::Request, |writer| {
            writer.string("url");
            writer.string("http://x/");
            writer.string("headers");
            none(writer);
        });
        assert!(told.contains("http://x/"), "{told}");
    }
}
