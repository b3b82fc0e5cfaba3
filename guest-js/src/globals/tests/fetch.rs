//! `Headers`, `Request` and `Response`.

use super::Realm;

const PRELUDE: &str = "
    const thrown = (f) => { try { return f() } catch (e) { return `${e.name}: ${e.message}` } };
    const names = (f) => { try { f(); return 'fine' } catch (e) { return e.name } };
    const caught = (promise) => promise.then(() => 'fine', (e) => `${e.name}: ${e.message}`);
    const bytes = (...all) => Uint8Array.from(all);
    const text = (string) => new TextEncoder().encode(string);
    const of = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(chunk); c.close() } });
";

pub(super) fn check(cases: &[(&str, &str)]) {
    let realm = Realm::new();
    realm.eval(PRELUDE);
    realm.check(cases);
}

/// Checks snippets that return a promise, and what it settles to.
pub(super) fn settles(cases: &[(&str, &str)]) {
    let realm = Realm::new();
    realm.eval(PRELUDE);
    for (source, expected) in cases {
        realm.eval("var told = 'pending'");
        realm.eval(&format!(
            "(async () => {{ {source} }})().then((v) => {{ told = String(v) }}, \
             (e) => {{ told = `${{e.name}}: ${{e.message}}` }})"
        ));
        assert_eq!(realm.eval("told"), *expected, "{source}");
    }
}

const USED: &str = "TypeError: Body has already been used. It can only be used once. Use tee() \
     first if you need to read it twice.";

#[test]
fn headers_are_sorted_and_know_no_case() {
    check(&[
        (
            "var h = new Headers({ 'X-B': 1, 'x-a': '2' }); JSON.stringify([...h])",
            r#"[["x-a","2"],["x-b","1"]]"#,
        ),
        ("h.append('X-A', ' 3\\t'); h.get('x-A')", "2, 3"),
        (
            "h.set('x-a', '4'); [h.get('X-A'), h.has('x-A'), h.has('y'), h.get('y')].join()",
            "4,true,false,",
        ),
        ("h.delete('X-a'); [...h.keys()].join() + [...h.values()].join()", "x-b1"),
        (
            "h.append('Set-Cookie', 'a=1'); h.append('set-cookie', 'b=2'); h.getSetCookie().join()",
            "a=1,b=2",
        ),
        ("h.get('set-cookie')", "a=1, b=2"),
        ("JSON.stringify([...h])", r#"[["set-cookie","a=1"],["set-cookie","b=2"],["x-b","1"]]"#),
        (
            "JSON.stringify([...new Headers(h)])",
            r#"[["set-cookie","a=1"],["set-cookie","b=2"],["x-b","1"]]"#,
        ),
        ("[...new Headers([['a', 'b'], new Set(['c', 'd'])])].join()", "a,b,c,d"),
        (
            "[...new Headers([['__proto__', 'b'], ['constructor', 'c'], ['1', '2']])].join()",
            "1,2,__proto__,b,constructor,c",
        ),
        ("`${new Headers().get('toString')}${new Headers().has('__proto__')}`", "nullfalse"),
        (
            "var seen = []; new Headers({ a: 'b' }).forEach(function (v, k, of) { seen.push(v, k, of instanceof Headers, this.x) }, { x: 1 }); seen.join()",
            "b,a,true,1",
        ),
        (
            "String(h) + h[Symbol.iterator].name + Headers.prototype.propertyIsEnumerable('append')",
            "[object Headers]entriestrue",
        ),
        ("String(h.entries())", "[object Headers Iterator]"),
        ("new Headers({ a: '\\u00e9' }).get('a')", "é"),
    ]);
}

#[test]
fn headers_are_checked() {
    check(&[
        ("thrown(() => new Headers({ 'a b': '1' }))", "TypeError: Invalid header name."),
        ("thrown(() => new Headers().append('', '1'))", "TypeError: Invalid header name."),
        ("thrown(() => new Headers().get('ü'))", "TypeError: Invalid header name."),
        ("thrown(() => new Headers({ a: 'x\\r\\ny: z' }))", "TypeError: Invalid header value."),
        ("thrown(() => new Headers({ a: '\\0' }))", "TypeError: Invalid header value."),
        ("thrown(() => new Headers({ a: '€' }))", "TypeError: Invalid header value."),
        ("names(() => new Headers([['a']]))", "TypeError"),
        ("names(() => new Headers([['a', 'b', 'c']]))", "TypeError"),
        ("names(() => new Headers(['ab']))", "TypeError"),
        ("names(() => new Headers(null))", "TypeError"),
        ("names(() => new Headers('a'))", "TypeError"),
        ("names(() => new Headers().set('a'))", "TypeError"),
        ("names(() => Headers())", "TypeError"),
        ("names(() => Headers.prototype.get.call({}, 'a'))", "TypeError"),
        ("names(() => [...Headers.prototype.entries.call({})])", "TypeError"),
    ]);
}

#[test]
fn requests_are_made() {
    check(&[
        (
            "var r = new Request('HTTP://Host/a b', { method: 'post', body: 'x', headers: { A: 'b' } }); [r.url, r.method, r.redirect, r.bodyUsed, [...r.headers]].join()",
            "http://host/a%20b,POST,follow,false,a,b,content-type,text/plain;charset=UTF-8",
        ),
        (
            "var s = new Request(r, { method: 'PUT' }); [s.url, s.method, s.headers.get('a'), r.bodyUsed, s.bodyUsed].join()",
            "http://host/a%20b,PUT,b,true,false",
        ),
        ("new Request(new URL('http://a/?b')).url", "http://a/?b"),
        ("new Request('http://a', { method: 'patch' }).method", "patch"),
        ("new Request('http://a').body", "null"),
        ("new Request('http://a').signal.aborted", "false"),
        ("new Request('http://a', { signal: AbortSignal.abort() }).signal.aborted", "true"),
        (
            "new Request('http://a', { method: 'POST', headers: { 'content-type': 'x/y' }, body: 'z' }).headers.get('content-type')",
            "x/y",
        ),
        (
            "thrown(() => new Request('http://a', { body: 'x' }))",
            "TypeError: Request with a GET or HEAD method cannot have a body.",
        ),
        (
            "thrown(() => new Request(s, { method: 'head' }))",
            "TypeError: Request with a GET or HEAD method cannot have a body.",
        ),
        ("s.bodyUsed", "false"),
        (
            "thrown(() => new Request(s, { method: 'GET', body: null })) + s.bodyUsed",
            "TypeError: Request with a GET or HEAD method cannot have a body.false",
        ),
        ("thrown(() => new Request(r))", USED),
        ("thrown(() => new Request('a'))", "TypeError: Invalid URL: a"),
        ("names(() => new Request())", "TypeError"),
        ("names(() => new Request('http://a', { method: 'a b' }))", "TypeError"),
        ("names(() => new Request('http://a', { method: 'trace' }))", "TypeError"),
        ("names(() => new Request('http://a', { redirect: 'x' }))", "TypeError"),
        ("names(() => new Request('http://a', { signal: {} }))", "TypeError"),
        (
            "var c = s.clone(); c.headers.set('a', 'c'); [s.headers.get('a'), c.url === s.url, c.method].join()",
            "b,true,PUT",
        ),
        ("thrown(() => r.clone())", USED),
        ("`${s.body}${s.body === s.body}${s.bodyUsed}`", "[object ReadableStream]truefalse"),
        ("String(r) + (r instanceof Request)", "[object Request]true"),
        ("names(() => Request.prototype.url)", "TypeError"),
        (
            "class Mine extends Request { get twice() { return this.url + this.url } }; new Mine('http://a').twice",
            "http://a/http://a/",
        ),
    ]);
}

#[test]
fn responses_are_made() {
    check(&[
        (
            "var r = new Response('x'); [r.status, r.statusText, r.ok, r.type, r.url, r.redirected, [...r.headers]].join()",
            "200,OK,true,default,,false,content-type,text/plain;charset=UTF-8",
        ),
        (
            "[...new Response(new URLSearchParams('a=b')).headers].join()",
            "content-type,application/x-www-form-urlencoded;charset=UTF-8",
        ),
        ("[...new Response(new Uint8Array(2)).headers, ...new Response(null).headers].length", "0"),
        ("new Response().body", "null"),
        (
            "var e = new Response(null, { status: 404, statusText: 'Not Found', headers: { a: 'b' } }); [e.ok, e.status, e.statusText, new Response(null, e).status].join()",
            "false,404,Not Found,404",
        ),
        (
            "thrown(() => new Response('', { status: 199 }))",
            "RangeError: Responses may only be constructed with status codes in the range 200 to 599, inclusive.",
        ),
        (
            "names(() => new Response('', { status: 600 })) + names(() => new Response('', { status: 'x' }))",
            "RangeErrorRangeError",
        ),
        ("names(() => new Response('', { statusText: 'a\\nb' }))", "TypeError"),
        (
            "thrown(() => new Response('', { status: 204 }))",
            "TypeError: Response with null body status (101, 204, 205, or 304) cannot have a body.",
        ),
        ("new Response(null, { status: 204 }).status", "204"),
        (
            "var j = Response.json({ a: 1 }, { status: 201 }); [j.status, j.headers.get('content-type')].join()",
            "201,application/json",
        ),
        (
            "Response.json(1, { headers: { 'Content-Type': 'x/y' } }).headers.get('content-type')",
            "x/y",
        ),
        ("Response.json(1, { headers: [['a', 'b']].values() }).headers.get('a')", "b"),
        ("names(() => Response.json(undefined))", "TypeError"),
        (
            "var d = Response.redirect('http://a/b', 301); [d.status, d.headers.get('location')].join()",
            "301,http://a/b",
        ),
        (
            "Response.redirect('http://a').status + names(() => Response.redirect('http://a', 200)) + names(() => Response.redirect('/a'))",
            "302RangeErrorTypeError",
        ),
        ("var x = Response.error(); [x.type, x.status, x.ok].join()", "error,0,false"),
        ("`${r.body}${r.body === r.body}${r.bodyUsed}`", "[object ReadableStream]truefalse"),
        (
            "var c = r.clone(); c.headers.set('a', 'b'); [r.headers.has('a'), c.headers.get('content-type')].join()",
            "false,text/plain;charset=UTF-8",
        ),
        ("String(r) + names(() => Response.prototype.ok)", "[object Response]TypeError"),
        ("Object.getPrototypeOf(Response) === Function.prototype", "true"),
    ]);
}

#[test]
fn bodies_are_read_once() {
    settles(&[
        ("return new Response('grüße\\ud800').text()", "grüße\u{fffd}"),
        ("return new Response('\\ufeffa').text()", "a"),
        ("return new Response(new Uint8Array([239, 187, 191, 104, 255])).text()", "h\u{fffd}"),
        ("return (await new Response('{\"a\":[1]}').json()).a[0]", "1"),
        ("return new Response('{').json().catch((e) => e.name)", "SyntaxError"),
        ("return (await new Response('é').arrayBuffer()).byteLength", "2"),
        ("return (await new Response('é').bytes()).join()", "195,169"),
        ("return (await new Response().bytes()).length + await new Response().text()", "0"),
        (
            "return new Response(new DataView(new Uint8Array([97, 98, 99]).buffer, 1, 1)).text()",
            "b",
        ),
        ("return new Response(new Uint16Array([0x6261])).text()", "ab"),
        ("return new Response(new Uint8Array([97]).buffer).text()", "a"),
        ("return new Response({}).text() ", "[object Object]"),
        ("return new Response(new URLSearchParams({ a: 'b c' })).text()", "a=b+c"),
        (
            "const b = new Uint8Array([97]); const r = new Response(b); b[0] = 98; return r.text()",
            "a",
        ),
        (
            "const r = new Response('x'); const c = r.clone(); return await r.text() + await c.text() + r.bodyUsed",
            "xxtrue",
        ),
        (
            "const r = new Response(new Uint8Array([97])); const c = r.clone(); (await r.bytes())[0] = 98; return c.text()",
            "a",
        ),
        ("const r = new Response('x'); await r.text(); return r.json()", USED),
        ("const r = new Response(); await r.text(); return [await r.text(), r.bodyUsed]", ",false"),
        ("const r = new Response('x'); await r.text(); return r.clone()", USED),
        (
            "const r = new Request('http://a', { method: 'POST', body: '[1]' }); return [await r.json(), r.bodyUsed]",
            "1,true",
        ),
        ("return Response.prototype.text.call({}).catch((e) => e.name)", "TypeError"),
        ("return new Response(Symbol()).text()", "TypeError: cannot convert symbol to string"),
    ]);
}

#[test]
fn they_are_printed_as_what_they_are() {
    let realm = Realm::new();
    let logged = realm.log_of("console.log(new Headers({ a: 'b' }))");
    assert_eq!(logged, "Headers { a: 'b' }");
    let logged = realm.log_of("console.log(new Response('x', { status: 201 }))");
    assert!(logged.starts_with("Response {") && logged.contains("status: 201"), "{logged}");
    let logged = realm.log_of("console.log(new Request('http://a'))");
    assert!(logged.contains("url: 'http://a/'"), "{logged}");
}
