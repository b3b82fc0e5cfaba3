//! `URL` and `URLSearchParams`.

use super::Realm;

#[test]
fn urls_have_parts() {
    Realm::new().check(&[
        (
            "var u = new URL('https://user:pa%20ss@HOST.example:8080/p/../q/./r?a=b#frag'); \
             [u.href, u.origin, u.protocol, u.username, u.password, u.host].join(' ')",
            "https://user:pa%20ss@host.example:8080/q/r?a=b#frag \
             https://host.example:8080 https: user pa%20ss host.example:8080",
        ),
        (
            "[u.hostname, u.port, u.pathname, u.search, u.hash].join(' ')",
            "host.example 8080 /q/r ?a=b #frag",
        ),
        ("String(new URL('../x?y', 'http://h/a/b/c'))", "http://h/a/x?y"),
        ("new URL('http://münchen.de/ä').href", "http://xn--mnchen-3ya.de/%C3%A4"),
        ("new URL('mailto:a@b.c').origin", "null"),
        ("JSON.stringify({ u: new URL('http://a') })", r#"{"u":"http://a/"}"#),
        ("new URL(new URL('http://a/b')).pathname", "/b"),
        ("URL.canParse('x')", "false"),
        ("URL.canParse('x', 'http://a')", "true"),
        ("String(URL.parse('x'))", "null"),
        ("URL.parse('x', 'http://a').href", "http://a/x"),
        ("new URL('http://x/\\ud800').pathname", "/%EF%BF%BD"),
    ]);
}

#[test]
fn what_is_no_url_is_a_type_error() {
    let realm = Realm::new();
    for source in [
        "new URL('nope')",
        "new URL('http://a b')",
        "new URL('http://ex.com:99999')",
        "new URL('x', 'y')",
        "new URL()",
        "new URL('http://' + 'a'.repeat(1 << 21))",
        "URL('http://a')",
        "URL.prototype.href",
        "new URL('http://a').href = 'x'",
    ] {
        let caught = format!("try {{ {source}; 'none' }} catch (error) {{ error.name }}");
        assert_eq!(realm.eval(&caught), "TypeError", "{source}");
    }
    realm.check(&[(
        "try { new URL('nope') } catch (error) { [error.message, error.code, error.input].join() }",
        "Invalid URL,ERR_INVALID_URL,nope",
    )]);
}

#[test]
fn parts_can_be_set() {
    let realm = Realm::new();
    for (part, value, expected) in [
        ("protocol", "https", "https://h.com:8080/a?b#c"),
        ("protocol", "foo:", "http://h.com:8080/a?b#c"),
        ("host", "x.y:99", "http://x.y:99/a?b#c"),
        ("hostname", "x.y", "http://x.y:8080/a?b#c"),
        ("port", "80", "http://h.com/a?b#c"),
        ("port", "abc", "http://h.com:8080/a?b#c"),
        ("pathname", "a b?c", "http://h.com:8080/a%20b%3Fc?b#c"),
        ("search", "x=ä", "http://h.com:8080/a?x=%C3%A4#c"),
        ("search", "", "http://h.com:8080/a#c"),
        ("hash", "", "http://h.com:8080/a?b"),
        ("username", "u@", "http://u%40@h.com:8080/a?b#c"),
        ("href", "http://z", "http://z/"),
    ] {
        let set =
            format!("var u = new URL('http://h.com:8080/a?b#c'); u.{part} = '{value}'; u.href");
        assert_eq!(realm.eval(&set), expected, "{part} = {value}");
    }
}

#[test]
fn search_params_and_url_are_one() {
    Realm::new().check(&[
        (
            "var u = new URL('http://a/?x=1&y=2#h'); u.searchParams.append('z', 'a b&c'); \
             u.searchParams.delete('x'); u.href",
            "http://a/?y=2&z=a+b%26c#h",
        ),
        ("var p = u.searchParams; u.search = '?q=2'; p.get('q') + p.get('y')", "2null"),
        ("p === u.searchParams", "true"),
        ("u.href = 'http://b/?k=3'; String(p)", "k=3"),
        ("p.delete('k'); u.href", "http://b/"),
        ("p.set('a', 1); p.append('b', 2); p.sort(); u.search", "?a=1&b=2"),
    ]);
}

#[test]
fn search_params_are_a_list() {
    Realm::new().check(&[
        ("new URLSearchParams('?a=1&b=2&a=3').getAll('a').join()", "1,3"),
        ("String(new URLSearchParams([['a', 'b'], ['c', 'd']]))", "a=b&c=d"),
        ("String(new URLSearchParams({ a: 1, b: 'x y' }))", "a=1&b=x+y"),
        ("String(new URLSearchParams(new Map([['a', 'b']])))", "a=b"),
        ("String(new URLSearchParams(new URLSearchParams('q=1')))", "q=1"),
        ("[...new URLSearchParams('a=1&b=2')].join(';')", "a,1;b,2"),
        ("[...new URLSearchParams('a=1&b=2').keys()].join()", "a,b"),
        ("[...new URLSearchParams('a=1&b=2').values()].join()", "1,2"),
        ("var p = new URLSearchParams('c=1&a=2&b=3&a=1'); p.sort(); String(p)", "a=2&a=1&b=3&c=1"),
        ("p.size", "4"),
        ("p.set('a', 9); String(p)", "a=9&b=3&c=1"),
        ("p.has('a', 9) + ' ' + p.has('a', 1) + ' ' + p.has('b')", "true false true"),
        ("p.append('b', 4); p.delete('b', '3'); String(p)", "a=9&c=1&b=4"),
        ("String(p.get('none'))", "null"),
        (
            "var seen = []; p.forEach((v, k, all) => seen.push(k + v + (all === p))); seen.join()",
            "a9true,c1true,b4true",
        ),
        ("new URLSearchParams('a=b+c%20d%2B').get('a')", "b c d+"),
        ("new URLSearchParams('a=%ff').get('a')", "\u{FFFD}"),
        ("String(new URLSearchParams('\\ud800=1'))", "%EF%BF%BD=1"),
        ("String(new URLSearchParams('*-._~!() '))", "*-._%7E%21%28%29+="),
        ("String(new URLSearchParams())", ""),
        ("String(p.entries())", "[object URLSearchParams Iterator]"),
        ("p.entries().map(([k]) => k).toArray().join()", "a,c,b"),
        ("try { new URLSearchParams([['a']]) } catch (e) { e.name }", "TypeError"),
        ("try { new URLSearchParams([['a', 'b', 'c']]) } catch (e) { e.name }", "TypeError"),
        ("try { p.append('a') } catch (e) { e.name }", "TypeError"),
    ]);
}

#[test]
fn urls_are_printed_by_their_parts() {
    let realm = Realm::new();
    let printed = realm.eval("internals.inspect(new URL('http://a/?x=1&x=2'))");
    assert!(printed.starts_with("URL {\n  href: 'http://a/?x=1&x=2',\n"), "{printed}");
    assert!(printed.contains("searchParams: URLSearchParams { x: [ '1', '2' ] }"), "{printed}");
    realm.check(&[
        ("internals.inspect(URL.prototype).slice(0, 14)", "Object [URL] {"),
        ("internals.inspect(Object.create(URL.prototype))", "URL {}"),
        (
            "internals.inspect(new URLSearchParams('__proto__=1'))",
            "URLSearchParams { ['__proto__']: '1' }",
        ),
    ]);
}
