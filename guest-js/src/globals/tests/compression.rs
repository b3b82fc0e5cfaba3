//! `CompressionStream` and `DecompressionStream`.

use super::Realm;

/// Functions that compress, decompress and read.
const HELPERS: &str = "
    const read = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());
    const send = (stream, ...chunks) => {
        const writer = stream.writable.getWriter();
        for (const chunk of chunks) writer.write(chunk).catch(() => {});
        writer.close().catch(() => {});
        return read(stream.readable);
    };
    const pack = (format, ...chunks) => send(new CompressionStream(format), ...chunks);
    const unpack = (format, ...chunks) => send(new DecompressionStream(format), ...chunks);
    const bytes = (text) => new TextEncoder().encode(text);
    const hex = (array) => array.toHex();
    const text = (array) => new TextDecoder().decode(array);
    const why = (promise) => promise.then(() => 'none', (error) => `${error.name}: ${error.message}`);
    var told;
    const tell = (promise) => { told = undefined; promise.then((value) => { told = value }, (error) => { told = `${error}` }) };
    0";

fn told(realm: &Realm, source: &str) -> String {
    realm.eval(&format!("tell((async () => {source})()); 0"));
    realm.eval("told")
}

#[test]
fn what_is_packed_can_be_unpacked() {
    let realm = Realm::new();
    realm.eval(HELPERS);
    for format in ["gzip", "deflate", "deflate-raw", "brotli"] {
        for length in [0, 1, 10, 1_000_000] {
            let source = format!(
                "{{ const data = bytes('ab\u{1F600}c'.repeat({length})); \
                 const packed = await pack('{format}', data.subarray(0, 3), data.subarray(3)); \
                 const half = packed.length >> 1; \
                 const again = await unpack('{format}', packed.subarray(0, half), packed.subarray(half)); \
                 return hex(again) === hex(data) && (packed.length < 200 || packed.length < data.length / 200) }}"
            );
            assert_eq!(told(&realm, &source), "true", "{format} {length}");
        }
    }
}

#[test]
fn others_data_is_read() {
    let realm = Realm::new();
    realm.eval(HELPERS);
    for (format, data) in [
        ("gzip", "1f8b0800000000000003cb48cdc9c95728cf2fca4901008511 4a0d0b000000"),
        ("deflate", "789ccb48cdc9c95728cf2fca49010 01a0b045d"),
        ("deflate-raw", "cb48cdc9c95728cf2fca490100"),
        ("brotli", "0b058068656c6c6f20776f726c6403"),
    ] {
        let data = data.replace(' ', "");
        let source = format!("text(await unpack('{format}', Uint8Array.fromHex('{data}')))");
        assert_eq!(told(&realm, &source), "hello world", "{format}");
        // One byte at a time.
        let source = format!(
            "text(await unpack('{format}', ...[...Uint8Array.fromHex('{data}')].map((byte) => Uint8Array.of(byte))))"
        );
        assert_eq!(told(&realm, &source), "hello world", "{format}");
        let source =
            format!("why(unpack('{format}', Uint8Array.fromHex('{data}').subarray(0, -1)))");
        let truncated = "TypeError: The compressed data ended too early.";
        assert_eq!(told(&realm, &source), truncated, "{format}");
        let source = format!("why(unpack('{format}', Uint8Array.fromHex('{data}00')))");
        let trailing = "TypeError: There was more data after the end of the compressed data.";
        assert_eq!(told(&realm, &source), trailing, "{format}");
        let source = format!("why(unpack('{format}', Uint8Array.fromHex('ffffff{data}')))");
        let invalid = "TypeError: The compressed data was not valid.";
        assert_eq!(told(&realm, &source), invalid, "{format}");
        assert_eq!(told(&realm, &format!("why(unpack('{format}'))")), truncated, "{format}");
    }
}

#[test]
fn output_waits_for_a_reader() {
    let realm = Realm::new();
    realm.eval(HELPERS);
    let source = "{
        const packed = await pack('gzip', new Uint8Array(10_000_000));
        const stream = new DecompressionStream('gzip');
        const writer = stream.writable.getWriter();
        let written = false;
        writer.write(packed).then(() => { written = true });
        writer.close();
        const reader = stream.readable.getReader();
        const first = (await reader.read()).value.length;
        for (let i = 0; i < 100; i++) await null;
        const before = written;
        let total = first;
        for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            if (value.length > 65536) return 'a large chunk';
            total += value.length;
        }
        return [first, before, total, written].join();
    }";
    assert_eq!(told(&realm, source), "65536,false,10000000,true");
    let source = "{
        const packed = await pack('gzip', new Uint8Array(1_000_000));
        const stream = new DecompressionStream('gzip');
        const writer = stream.writable.getWriter();
        const written = why(writer.write(packed));
        await stream.readable.cancel('enough');
        return await written;
    }";
    assert!(!told(&realm, source).is_empty());
}

#[test]
fn arguments_are_checked() {
    let realm = Realm::new();
    realm.eval(HELPERS);
    let caught =
        |source: &str| realm.eval(&format!("try {{ {source} }} catch (e) {{ String(e) }}"));
    let unsupported = "TypeError: Unsupported compression format: 'zip'.";
    assert_eq!(caught("new CompressionStream('zip')"), unsupported);
    assert_eq!(caught("new DecompressionStream('zip')"), unsupported);
    assert_eq!(caught("new CompressionStream()"), "TypeError: The format is missing.");
    let refused = "TypeError: The chunk must be an ArrayBuffer or a view of one.";
    assert_eq!(told(&realm, "why(pack('gzip', 'text'))"), refused);
    assert_eq!(told(&realm, "why(unpack('brotli', null))"), refused);
}
