//! `URLPattern`.

use super::Realm;

#[test]
fn patterns_match_urls() {
    Realm::new().check(&[
        (
            "var p = new URLPattern({ pathname: '/books/:id(\\\\d+)' }); \
             p.exec('https://example.com/books/42').pathname.groups.id",
            "42",
        ),
        ("p.test('https://example.com/books/x')", "false"),
        ("p.hasRegExpGroups", "true"),
        ("p.pathname + ' ' + p.hostname", "/books/:id(\\d+) *"),
        (
            "var p = new URLPattern('https://*.example.com:8080/a/*\\\\?q=:q#h'); \
             [p.protocol, p.hostname, p.port, p.pathname, p.search, p.hash].join(' ')",
            "https *.example.com 8080 /a/* q=:q h",
        ),
        (
            "var m = p.exec('https://api.example.com:8080/a/b/c?q=1#h'); \
             [m.hostname.groups[0], m.pathname.groups[0], m.search.groups.q].join()",
            "api,b/c,1",
        ),
        ("p.exec('https://example.com/') === null", "true"),
        ("new URLPattern('/a/:b', 'https://x.org').test('/a/c', 'https://x.org')", "true"),
        ("new URLPattern('/A', 'https://x.org', { ignoreCase: true }).test('https://x.org/a')", "true"),
        ("new URLPattern({ pathname: '/a{/:b}?' }).test({ pathname: '/a' })", "true"),
        ("new URLPattern({ hostname: '{:sub.}*x.org' }).exec('http://a.b.x.org').hostname.groups.sub", "a.b"),
        ("new URLPattern({ hostname: '\u{e9}.org' }).hostname", "xn--9ca.org"),
        ("new URLPattern('data\\\\:text/*').test('data:text/plain')", "true"),
        ("new URLPattern({ port: '443', protocol: 'https' }).port", ""),
        ("new URLPattern().test('about:blank')", "true"),
        ("JSON.stringify(new URLPattern({ pathname: '/:__proto__' }).exec('http://a/b').pathname.groups)", r#"{"__proto__":"b"}"#),
    ]);
}

#[test]
fn invalid_patterns_are_refused() {
    let realm = Realm::new();
    for arguments in [
        "'/relative'",
        "{ pathname: '/(' }",
        "{ pathname: '/:a/:a' }",
        "{ pathname: '/([)' }",
        "{ pathname: '/{a' }",
        "{ hostname: 'a/b' }",
        "{ port: 'x' }",
        "{ protocol: 'caf\u{e9}' }",
        "{}, 'https://a'",
        "'https://a', 'nope'",
    ] {
        let source =
            format!("try {{ new URLPattern({arguments}); 'none' }} catch (e) {{ e.name }}");
        assert_eq!(realm.eval(&source), "TypeError", "{arguments}");
    }
}

#[test]
fn patched_prototypes_change_nothing() {
    Realm::new().check(&[
        (
            "RegExp.prototype.exec = String.prototype.slice = Array.prototype[Symbol.iterator] = () => { throw 1 }; \
             new URLPattern('https://a/:b').exec('https://a/c').pathname.groups.b",
            "c",
        ),
    ]);
}
