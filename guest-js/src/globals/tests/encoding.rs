//! `TextEncoder`, `TextDecoder`, `atob` and `btoa`.

use super::Realm;

#[test]
fn text_becomes_bytes() {
    Realm::new().check(&[
        (
            "String(new TextEncoder().encode('aä€😀\\ud800'))",
            "97,195,164,226,130,172,240,159,152,128,239,191,189",
        ),
        ("new TextEncoder().encode().length", "0"),
        ("new TextEncoder().encode('\\0').length", "1"),
        (
            "JSON.stringify(new TextEncoder().encodeInto('aä€😀', new Uint8Array(8)))",
            r#"{"read":3,"written":6}"#,
        ),
        (
            "JSON.stringify(new TextEncoder().encodeInto('aä€😀', new Uint8Array(10)))",
            r#"{"read":5,"written":10}"#,
        ),
        (
            "var b = new Uint8Array(6); new TextEncoder().encodeInto('ab', b.subarray(2, 5)); \
             String(b)",
            "0,0,97,98,0,0",
        ),
        ("try { new TextEncoder().encodeInto('a', []) } catch (e) { e.name }", "TypeError"),
    ]);
}

#[test]
fn bytes_become_text() {
    let bytes = "var d = (bytes, ...how) => \
                 new TextDecoder(...how).decode(new Uint8Array(bytes)); 0";
    let realm = Realm::new();
    realm.eval(bytes);
    realm.check(&[
        ("d([0xef, 0xbb, 0xbf, 0x61])", "a"),
        ("d([0xef, 0xbb, 0xbf, 0x61], 'utf-8', { ignoreBOM: true })", "\u{FEFF}a"),
        ("d([0xff, 0x61, 0xe2, 0x82])", "\u{FFFD}a\u{FFFD}"),
        ("d([0xed, 0xa0, 0x80])", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("try { d([0xff], 'utf8', { fatal: true }) } catch (e) { e.name }", "TypeError"),
        ("try { d([0xe2], 'utf8', { fatal: true }) } catch (e) { e.name }", "TypeError"),
        ("d([0x61, 0, 0x3d, 0xd8, 0, 0xde], 'utf-16le')", "a😀"),
        ("d([0x61, 0, 0x3d, 0xd8], 'utf-16le')", "a\u{FFFD}"),
        ("d([0x3d, 0xd8, 0x61], 'utf-16le')", "\u{FFFD}"),
        ("d([0, 0x61], 'utf-16be')", "a"),
        ("d([0x80, 0xe9, 0x81], 'latin1')", "€é\u{81}"),
        ("new TextDecoder('latin1').encoding", "windows-1252"),
        ("new TextDecoder(' UTF8 ').encoding", "utf-8"),
        ("try { new TextDecoder('nope') } catch (e) { e.name }", "RangeError"),
        ("new TextDecoder().decode()", ""),
        ("try { new TextDecoder().decode('x') } catch (e) { e.name }", "TypeError"),
        (
            "var all = new TextEncoder().encode('xabc').buffer; new TextDecoder().decode(all)",
            "xabc",
        ),
        ("new TextDecoder().decode(new DataView(all, 1, 2))", "ab"),
        ("new TextDecoder().decode(new Uint16Array(all, 2))", "bc"),
        ("all.transfer(); new TextDecoder().decode(all)", ""),
    ]);
}

#[test]
fn streams_may_be_cut_anywhere() {
    Realm::new().check(&[
        (
            "var d = new TextDecoder(); var s = ''; \
             for (const byte of new TextEncoder().encode('\\ufeffaä€😀b')) \
             s += d.decode(new Uint8Array([byte]), { stream: true }); s + d.decode()",
            "aä€😀b",
        ),
        (
            "d.decode(new Uint8Array([0xe2]), { stream: true }) + d.decode(new Uint8Array([0x41]))",
            "\u{FFFD}A",
        ),
        (
            "var d = new TextDecoder('utf-16le'); var s = ''; \
             for (const byte of [0xff, 0xfe, 0x3d, 0xd8, 0, 0xde, 0x61, 0]) \
             s += d.decode(new Uint8Array([byte]), { stream: true }); s + d.decode()",
            "😀a",
        ),
    ]);
}

#[test]
fn base_64_refuses_what_it_cannot_write() {
    Realm::new().check(&[
        ("btoa('hello')", "aGVsbG8="),
        ("atob(' aGVs bG8 ')", "hello"),
        ("btoa('\\xff\\xfe')", "//4="),
        ("try { btoa('€') } catch (e) { e.name + e.code }", "InvalidCharacterError5"),
        ("try { atob('*') } catch (e) { e.name }", "InvalidCharacterError"),
    ]);
}
