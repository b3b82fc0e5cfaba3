//! `FormData`, `File`, and forms as bodies.

use super::Realm;

fn told(realm: &Realm, source: &str) -> String {
    let body = format!(
        "var told; (async () => {source})().then((value) => {{ told = value }}, (error) => {{ told = `${{error}}` }}); 0"
    );
    realm.eval(&body);
    realm.eval("told")
}

#[test]
fn entries_have_order() {
    Realm::new().check(&[
        (
            "var f = new FormData(); f.append('a', 1); f.append('b', 'x'); f.append('a', '2'); \
             JSON.stringify([...f])",
            r#"[["a","1"],["b","x"],["a","2"]]"#,
        ),
        ("f.get('a') + f.getAll('a') + f.has('b') + f.get('c')", "11,2truenull"),
        ("f.set('a', 3); f.delete('b'); JSON.stringify([...f.entries()])", r#"[["a","3"]]"#),
        ("f.append('d', '\\ud800'); f.get('d')", "\u{FFFD}"),
        ("try { f.append('a', 'b', 'c') } catch (e) { e.name }", "TypeError"),
        ("try { new FormData(1) } catch (e) { e.name }", "TypeError"),
        (
            "f.set('e', new Blob(['x'])); [f.get('e').constructor.name, f.get('e').name].join()",
            "File,blob",
        ),
        ("var g = new File(['x'], 'n'); f.set('e', g); f.get('e') === g", "true"),
        ("f.set('e', g, 'm'); f.get('e').name + (f.get('e') === g)", "mfalse"),
    ]);
}

#[test]
fn files_are_blobs() {
    let realm = Realm::new();
    realm.check(&[
        (
            "var f = new File(['a', new Uint8Array([98])], 'n/m', { type: 'Text/Plain', lastModified: 5.9 }); \
             [f instanceof Blob, f.size, f.name, f.type, f.lastModified].join()",
            "true,2,n/m,text/plain,5",
        ),
        ("f.slice(1).constructor.name", "Blob"),
        ("try { new File([]) } catch (e) { e.name }", "TypeError"),
        ("try { new File(undefined, 'a') } catch (e) { e.name }", "TypeError"),
        ("try { new Blob([], { endings: 'x' }) } catch (e) { e.name }", "TypeError"),
        ("new Blob(['a\\r\\nb\\rc\\n'], { endings: 'native' }).size", "6"),
        ("var c = structuredClone({ f }).f; [c.constructor.name, c.name, c.lastModified].join()", "File,n/m,5"),
    ]);
    assert_eq!(told(&realm, "f.text()"), "ab");
}

#[test]
fn forms_make_round_trips() {
    let realm = Realm::new();
    realm.eval(
        "var form = new FormData(); form.append('a\"b', 'x\\ny'); form.append('ä', '€'); \
         form.append('file', new File(['\\r\\n--', new Uint8Array([0, 255])], 'f\".bin', { type: 'image/png' }))",
    );
    let source = "{ const response = new Response(form); const type = response.headers.get('content-type'); \
                  const copy = await response.formData(); const file = copy.get('file'); \
                  return [type.startsWith('multipart/form-data; boundary='), copy.get('a\"b') === 'x\\r\\ny', copy.get('ä'), \
                  file.name, file.type, (await file.bytes()).toHex()].join() }";
    assert_eq!(told(&realm, source), "true,true,€,f\".bin,image/png,0d0a2d2d00ff");
    let source = "{ const request = new Request('http://a', { method: 'POST', body: new URLSearchParams('a=1&b=%20') }); \
                  return JSON.stringify([...await request.formData()]) }";
    assert_eq!(told(&realm, source), r#"[["a","1"],["b"," "]]"#);
}

#[test]
fn others_forms_are_read() {
    let realm = Realm::new();
    realm.eval(
        "const read = (text, boundary = 'X') => new Response(text, { headers: { 'content-type': \
         `multipart/form-data; boundary=${boundary}` } }).formData().then((form) => JSON.stringify([...form.entries()] \
         .map(([name, value]) => [name, typeof value === 'string' ? value : [value.name, value.type, value.size]])), \
         (error) => error.name)",
    );
    for (text, expected) in [
        ("--X--", "[]"),
        ("--X--\\r\\n", "[]"),
        (
            "--X\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\nb\\r\\n--X--\\r\\n",
            r#"[["a","b"]]"#,
        ),
        (
            "--X\\r\\ncontent-disposition:form-data;name=a; filename=\"%22\"\\r\\n\\r\\n\\r\\n--X--",
            r#"[["a",["\"","text/plain",0]]]"#,
        ),
        ("", "TypeError"),
        ("--X", "TypeError"),
        ("--X\\r\\n\\r\\nb\\r\\n--X--", "TypeError"),
        ("--X\\r\\nContent-Disposition: form-data; name=\"a\\r\\n\\r\\nb\\r\\n--X--", "TypeError"),
        ("--X\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\nb\\r\\n", "TypeError"),
        ("--Y--", "TypeError"),
    ] {
        assert_eq!(told(&realm, &format!("read('{text}')")), expected, "{text}");
    }
    assert_eq!(told(&realm, "read('--X--', '')"), "TypeError");
    let plain = "new Response('a=b').formData().catch((error) => error.name)";
    assert_eq!(told(&realm, plain), "TypeError");
}

#[test]
fn data_urls_are_fetched() {
    let realm = Realm::new();
    let source = "{ const response = await fetch('data:text/plain;charset=x;base64,aGk#f'); \
                  return [response.status, response.headers.get('content-type'), response.type, await response.text()].join() }";
    assert_eq!(told(&realm, source), "200,text/plain;charset=x,basic,hi");
    assert_eq!(told(&realm, "(await fetch('data:,a%20b')).text()"), "a b");
    assert_eq!(told(&realm, "fetch('data:nothing').catch((error) => error.name)"), "TypeError");
    assert_eq!(told(&realm, "fetch('data:;base64,%').catch((error) => error.name)"), "TypeError");
}

#[test]
fn types_of_bodies_are_parsed() {
    let realm = Realm::new();
    for (header, kind) in [
        ("Text/HTML; Charset=UTF-8", "text/html;charset=UTF-8"),
        ("text/html;charset=gbk, text/html", "text/html;charset=gbk"),
        ("text/html;charset=gbk, text/plain", "text/plain"),
        ("text/html;a=\\\",\\\", */*", "text/html;a=\\\",\\\""),
        ("nonsense", ""),
    ] {
        let source = format!(
            "(await new Response('', {{ headers: {{ 'content-type': \"{header}\" }} }}).blob()).type"
        );
        assert_eq!(told(&realm, &source), kind.replace('\\', ""), "{header}");
    }
}
