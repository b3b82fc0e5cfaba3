//! Node's built-in modules, as CommonJS modules see them.

use std::sync::OnceLock;

use rquickjs::{Ctx, Function, Object, Value};

use crate::globals::tests::Realm;
use crate::globals::{compile, take};
use crate::node;

/// Returns the bytecode of a module.
pub fn compiled_module(name: &str) -> Option<Vec<u8>> {
    static COMPILED: OnceLock<Vec<u8>> = OnceLock::new();
    let mut compiled = &COMPILED.get_or_init(|| compile(super::TEXTS).expect("they compile"))[..];
    while !compiled.is_empty() {
        let (found, bytecode) = (take(&mut compiled).ok()?, take(&mut compiled).ok()?);
        if found == name.as_bytes() {
            return Some(bytecode.to_vec());
        }
    }
    None
}

/// There are no modules of a worker.
fn nothing<'js>(_: &Ctx<'js>, _: &str, _: &str) -> rquickjs::Result<Value<'js>> {
    Err(rquickjs::Error::Unknown)
}

/// Returns a realm with Node's globals and `require`.
fn realm() -> Realm {
    let realm = Realm::with_data(compiled_module);
    let state = std::rc::Rc::clone(&realm.state);
    realm.context.with(|ctx| {
        let internals: Object<'_> = ctx.globals().get("internals").unwrap();
        let native = internals.get("native").unwrap();
        node::install(&ctx, &state, &native, &internals, nothing).unwrap();
        node::install_globals(&ctx, &state).unwrap();
        let require = Function::new(ctx.clone(), move |ctx: Ctx<'_>, name: String| {
            // Rust cannot name the lifetime that ties the result to the context.
            let name = node::name(&name).unwrap_or_default();
            let value = node::require(&ctx, &state, name)?;
            ctx.globals().set("required", value)
        });
        ctx.globals().set("load", require.unwrap()).unwrap();
    });
    realm.eval("globalThis.require = (name) => { load(name); return required; }");
    realm
}

#[test]
fn names_are_known_with_and_without_prefix() {
    for (specifier, name) in [
        ("buffer", Some("node:buffer")),
        ("node:buffer", Some("node:buffer")),
        ("fs/promises", Some("node:fs/promises")),
        ("node:test", Some("node:test")),
        ("test", None),
        ("sqlite", None),
        ("lodash", None),
        ("node:lodash", None),
        ("node:internal/errors", None),
        ("internal/errors", None),
        ("", None),
    ] {
        assert_eq!(node::name(specifier), name, "{specifier}");
    }
}

#[test]
fn every_module_loads() {
    let realm = realm();
    let names: String = realm.eval("require('module').builtinModules.join()");
    for name in names.split(',') {
        assert_ne!(realm.eval(&format!("typeof require('{name}')")), "undefined", "{name}");
        let same = format!("require('{name}') === require('node:{name}')");
        assert_eq!(realm.eval(&same), "true", "{name}");
    }
}

#[test]
fn buffers_know_encodings() {
    realm().check(&[
        ("Buffer.from('h\u{e9}llo').toString('hex')", "68c3a96c6c6f"),
        ("Buffer.from('aGk', 'base64').toString()", "hi"),
        ("Buffer.from('_-8=', 'base64').toString('base64url')", "_-8"),
        ("Buffer.from('abcz', 'hex').length", "1"),
        ("Buffer.from('\\ud800', 'utf16le').toString('utf16le') === '\\ud800'", "true"),
        ("Buffer.from('\\ud800').toString('hex')", "efbfbd"),
        ("Buffer.from([228]).toString('latin1')", "\u{e4}"),
        ("Buffer.from([228]).toString('ascii')", "d"),
        ("Buffer.alloc(5).fill('ab').toString()", "ababa"),
        ("Buffer.concat([Buffer.from('a'), Buffer.from('b')], 3).toString('hex')", "616200"),
        ("Buffer.from('xabcabc').indexOf('abc')", "1"),
        ("Buffer.from('xabcabc').lastIndexOf('abc')", "4"),
        ("Buffer.from('aaab', 'utf16le').indexOf('ab', 0, 'utf16le')", "4"),
        ("Buffer.from([0, 1, 0]).indexOf('\\u0001', 0, 'utf16le')", "-1"),
        ("Buffer.alloc(3).write('\u{20ac}\u{20ac}')", "3"),
        ("Buffer.alloc(2).write('\u{20ac}')", "0"),
        ("Buffer.compare(Buffer.from('a'), Buffer.from('b'))", "-1"),
        (
            "const b = Buffer.alloc(8); b.writeDoubleBE(Math.PI); b.readDoubleBE() === Math.PI",
            "true",
        ),
        ("Buffer.from([1, 2, 3, 4, 5, 6]).readUIntBE(0, 6)", "1108152157446"),
        ("Buffer.from([255, 254]).readInt16LE()", "-257"),
        ("try { Buffer.alloc(1).readInt8(1) } catch (e) { e.code }", "ERR_OUT_OF_RANGE"),
    ]);
}

#[test]
fn hashes_have_known_values() {
    realm().check(&[
        (
            "require('crypto').createHash('md5').update('abc').digest('hex')",
            "900150983cd24fb0d6963f7d28e17f72",
        ),
        (
            "require('crypto').createHash('sha1').update('abc').digest('hex')",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (
            "require('crypto').createHash('SHA256').update('a').update('bc').digest('hex')",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        // RFC 4231, the second case.
        (
            "require('crypto').createHmac('sha256', 'Jefe')
                .update('what do ya want for nothing?').digest('hex')",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        // RFC 6070, the second case.
        (
            "require('crypto').pbkdf2Sync('password', 'salt', 2, 20, 'sha1').toString('hex')",
            "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957",
        ),
        // RFC 7914, the second case.
        (
            "require('crypto').scryptSync('password', 'NaCl', 64, { N: 1024, p: 16 }).toString('hex', 0, 16)",
            "fdbabe1c9d3472007856e7190d01e9fe",
        ),
    ]);
}

#[test]
fn ciphers_have_known_values() {
    realm().check(&[
        // The GCM specification, the second case.
        (
            "const c = require('crypto').createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12));
             c.update(Buffer.alloc(16)).toString('hex') + c.final('hex') + c.getAuthTag().toString('hex')",
            "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
        ),
        // NIST SP 800-38A, the first block of F.2.1 and of F.5.1.
        (
            "const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
             const text = Buffer.from('6bc1bee22e409f96e93d7e117393172a', 'hex');
             const cbc = require('crypto').createCipheriv('aes-128-cbc', key, Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'));
             cbc.update(text).toString('hex')",
            "7649abac8119b246cee98e9b12e9197d",
        ),
        (
            "const ctr = require('crypto').createCipheriv('aes-128-ctr', key, Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 'hex'));
             ctr.update(text.subarray(0, 5)).toString('hex') + ctr.update(text.subarray(5)).toString('hex')",
            "874d6191b620e3261bef6864990db6ce",
        ),
        (
            "const turn = (mode, iv, size) => {
               const crypto = require('crypto');
               const [key, data] = [crypto.randomBytes(32), crypto.randomBytes(size)];
               const to = crypto.createCipheriv(`aes-256-${mode}`, key, iv);
               const sealed = Buffer.concat([to.update(data.subarray(0, 7)), to.update(data.subarray(7)), to.final()]);
               const from = crypto.createDecipheriv(`aes-256-${mode}`, key, iv);
               if (mode === 'gcm') from.setAuthTag(to.getAuthTag());
               const opened = Buffer.concat([from.update(sealed.subarray(0, 20)), from.update(sealed.subarray(20)), from.final()]);
               return opened.equals(data);
             };
             ['cbc', 'ctr', 'ecb', 'gcm'].every((mode) => [0, 16, 33, 2000].every((size) =>
               turn(mode, mode === 'ecb' ? null : Buffer.alloc(16, 7), size)))",
            "true",
        ),
    ]);
}

#[test]
fn compression_goes_there_and_back() {
    realm().check(&[
        (
            "const zlib = require('zlib'); const data = Buffer.from('abc'.repeat(10000));
             [['gzip', 'gunzip'], ['deflate', 'inflate'], ['deflateRaw', 'inflateRaw'],
              ['brotliCompress', 'brotliDecompress'], ['gzip', 'unzip'], ['deflate', 'unzip']].every(([to, from]) => {
               const packed = zlib[`${to}Sync`](data);
               return packed.length < 1000 && zlib[`${from}Sync`](packed).equals(data);
             })",
            "true",
        ),
        ("try { zlib.inflateSync(Buffer.from('nonsense')) } catch (e) { e.code }", "Z_DATA_ERROR"),
        (
            "try { zlib.gunzipSync(zlib.gzipSync(data), { maxOutputLength: 100 }) } catch (e) { e.code }",
            "ERR_BUFFER_TOO_LARGE",
        ),
        ("zlib.crc32('hello')", "907060870"),
    ]);
}

#[test]
fn what_a_sandbox_lacks_refuses() {
    realm().check(&[
        (
            "try { require('fs').readFileSync('/etc/passwd') } catch (e) { e.message.split(':')[0] }",
            "fs.readFileSync() is not available in this sandbox",
        ),
        (
            "try { new (require('net').Socket)() } catch (e) { e.code }",
            "ERR_UNSUPPORTED_IN_SANDBOX",
        ),
        (
            "try { require('fs').writeSync(3, 'x') } catch (e) { e.message }",
            "fs.writeSync() is not available in this sandbox",
        ),
        ("Object.keys(process.env).length", "0"),
        ("require('os').hostname()", "localhost"),
    ]);
}

#[test]
fn the_standard_streams_are_written_by_descriptor() {
    let realm = realm();
    realm.check(&[
        ("globalThis.fs = require('fs'); fs.writeSync(1, 'h\u{e9}\\n')", "4"),
        ("fs.writeSync(2, '\u{e9}\\n', null, 'latin1')", "2"),
        ("fs.writeSync(1, Buffer.from('abcd\\n'), 2)", "3"),
        ("fs.writeSync(1, Buffer.from('abcd'), 1, 2)", "2"),
        ("fs.writeSync(1, Buffer.from('abcd'), { offset: 1, length: 1 })", "1"),
        ("try { fs.write(1, 'x') } catch (e) { e.code }", "ERR_INVALID_ARG_TYPE"),
        ("[fs.write.name, fs.writeSync.name].join()", "write,writeSync"),
    ]);
    realm.eval("fs.write(1, 'x\\n', (...args) => { globalThis.given = args; })");
    realm.fire();
    assert_eq!(realm.eval("JSON.stringify(given)"), r#"[null,2,"x\n"]"#);
}

#[test]
fn ticks_run_before_later_reactions() {
    let realm = realm();
    realm.eval(
        "globalThis.order = [];
         process.nextTick(() => { order.push('tick'); process.nextTick(() => order.push('tick of tick')); });
         Promise.resolve().then(() => order.push('reaction'));
         setImmediate(() => order.push('immediate'));",
    );
    realm.fire();
    assert_eq!(realm.eval("order.join()"), "tick,tick of tick,reaction,immediate");
}

#[test]
fn keys_and_signatures_are_those_of_node() {
    let realm = realm();
    let source =
        format!("({})({})", include_str!("tests/keys.js"), include_str!("tests/keys.json"));
    assert_eq!(realm.eval(&source), "");
}
