//! `crypto.subtle`: known answers of the RFCs and of NIST, round trips and refusals.

use super::Realm;

fn realm() -> Realm {
    let realm = Realm::new();
    realm.eval(include_str!("subtle.js"));
    realm
}

/// Checks what the body of an asynchronous function returns.
fn check(cases: &[(&str, &str)]) {
    let realm = realm();
    for (body, expected) in cases {
        realm.eval(&format!("tell(async () => {{ {body} }})"));
        assert_eq!(realm.eval("told"), *expected, "{body}");
    }
}

#[test]
fn bytes_are_compared() {
    check(&[
        (
            "const [a, b] = [utf8('abc'), new DataView(utf8('abc').buffer)];
             return [subtle.timingSafeEqual(a, b), subtle.timingSafeEqual(a, utf8('abd').buffer),
                subtle.timingSafeEqual(utf8(''), new ArrayBuffer(0))].join()",
            "true,false,true",
        ),
        (
            "return nameOf((async () => subtle.timingSafeEqual(utf8('a'), utf8('ab')))())",
            "TypeError",
        ),
        ("return nameOf((async () => subtle.timingSafeEqual(utf8('a'), 'a'))())", "TypeError"),
        ("return nameOf((async () => subtle.timingSafeEqual(utf8('a')))())", "TypeError"),
    ]);
}

#[test]
fn digests_are_those_of_fips_180() {
    check(&[
        (
            "return hex(await subtle.digest('SHA-1', utf8('abc')))",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (
            "return hex(await subtle.digest({ name: 'sha-256' }, utf8('abc').buffer))",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "return hex(await subtle.digest('SHA-384', utf8('abc'))).slice(0, 32)",
            "cb00753f45a35e8bb5a03d699ac65007",
        ),
        (
            "return hex(await subtle.digest('SHA-512', new DataView(utf8('abc').buffer))).slice(0, 32)",
            "ddaf35a193617abacc417349ae204131",
        ),
        ("return nameOf(subtle.digest('MD5', utf8('')))", "NotSupportedError"),
        ("return nameOf(subtle.digest('ſHA-1', utf8('')))", "NotSupportedError"),
        ("return nameOf(subtle.digest('SHA-1', 'abc'))", "TypeError"),
        ("return nameOf(subtle.digest('SHA-1', new SharedArrayBuffer(1)))", "TypeError"),
        ("return nameOf(subtle.digest({}, utf8('')))", "TypeError"),
    ]);
}

#[test]
fn hmac_is_that_of_rfc_4231() {
    check(&[
        (
            "const key = await subtle.importKey('raw', utf8('Jefe'), \
                 { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']); \
             const data = utf8('what do ya want for nothing?'); \
             const mac = await subtle.sign('HMAC', key, data); \
             const right = await subtle.verify('HMAC', key, mac, data); \
             new Uint8Array(mac)[0] ^= 1; \
             const wrong = await subtle.verify('HMAC', key, mac, data); \
             new Uint8Array(mac)[0] ^= 1; \
             const { k, alg } = await subtle.exportKey('jwk', key); \
             return [hex(mac), right, wrong, k, alg]",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843,\
             true,false,SmVmZQ,HS256",
        ),
        (
            "return nameOf(subtle.generateKey({ name: 'HMAC', hash: 'SHA-1', length: 0 }, true, ['sign']))",
            "OperationError",
        ),
        (
            "return (await subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign'])).algorithm.length",
            "1024",
        ),
    ]);
}

#[test]
fn keys_are_derived_as_in_rfc_6070_and_rfc_5869() {
    check(&[
        (
            "const key = await subtle.importKey('raw', utf8('password'), 'PBKDF2', false, ['deriveBits']); \
             const algorithm = { name: 'PBKDF2', hash: 'SHA-1', salt: utf8('salt'), iterations: 4096 }; \
             return hex(await subtle.deriveBits(algorithm, key, 160))",
            "4b007901b765489abead49d926f721d065a429c1",
        ),
        (
            "const key = await subtle.importKey('raw', bytes('0b'.repeat(22)), 'HKDF', false, ['deriveBits']); \
             const algorithm = { name: 'HKDF', hash: 'SHA-256', \
                 salt: bytes('000102030405060708090a0b0c'), info: bytes('f0f1f2f3f4f5f6f7f8f9') }; \
             const wide = nameOf(subtle.deriveBits(algorithm, key, 255 * 256 + 8)); \
             const odd = nameOf(subtle.deriveBits(algorithm, key, 7)); \
             return [hex(await subtle.deriveBits(algorithm, key, 336)), await wide, await odd]",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865,\
             OperationError,OperationError",
        ),
        (
            "const key = await subtle.importKey('raw', utf8('x'), 'PBKDF2', false, ['deriveKey']); \
             const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8('salt'), iterations: 0 }; \
             const aes = { name: 'AES-GCM', length: 256 }; \
             const none = nameOf(subtle.deriveKey(algorithm, key, aes, true, ['encrypt'])); \
             algorithm.iterations = 1; \
             const derived = await subtle.deriveKey(algorithm, key, aes, true, ['encrypt']); \
             return [await none, (await subtle.exportKey('raw', derived)).byteLength]",
            "OperationError,32",
        ),
    ]);
}

#[test]
fn aes_is_that_of_nist() {
    check(&[
        // SP 800-38A, F.2.1 and F.5.1.
        (
            "const raw = bytes('2b7e151628aed2a6abf7158809cf4f3c'); \
             const data = bytes('6bc1bee22e409f96e93d7e117393172a'); \
             const cbc = await subtle.importKey('raw', raw, 'AES-CBC', false, ['encrypt', 'decrypt']); \
             const ctr = await subtle.importKey('raw', raw, 'AES-CTR', false, ['encrypt']); \
             const iv = bytes('000102030405060708090a0b0c0d0e0f'); \
             const counter = bytes('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'); \
             const one = await subtle.encrypt({ name: 'AES-CBC', iv }, cbc, data); \
             const back = await subtle.decrypt({ name: 'AES-CBC', iv }, cbc, one); \
             const two = await subtle.encrypt({ name: 'AES-CTR', counter, length: 64 }, ctr, data); \
             return [hex(one).slice(0, 32), hex(back), hex(two)]",
            "7649abac8119b246cee98e9b12e9197d,6bc1bee22e409f96e93d7e117393172a,\
             874d6191b620e3261bef6864990db6ce",
        ),
        // A counter of one bit wraps: the third block would use the first counter again.
        (
            "const key = await subtle.importKey('raw', new Uint8Array(16), 'AES-CTR', false, ['encrypt']); \
             const counter = bytes('000000000000000000000000000000ff'); \
             const crypt = (length, bits, last) => { counter[15] = last; \
                 return subtle.encrypt({ name: 'AES-CTR', counter, length: bits }, key, new Uint8Array(length)) }; \
             const two = hex(await crypt(32, 1, 255)); \
             return [two === hex(await crypt(16, 1, 255)) + hex(await crypt(16, 1, 254)), \
                 await nameOf(crypt(33, 1, 255)), await nameOf(crypt(1, 129, 0))]",
            "true,OperationError,OperationError",
        ),
        // The GCM specification: test cases 4 and 6, with initialization vectors of 12 and 60
        // bytes.
        (
            "const key = await subtle.importKey('raw', bytes('feffe9928665731c6d6a8f9467308308'), \
                 'AES-GCM', false, ['encrypt', 'decrypt']); \
             const data = bytes('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                 1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'); \
             const additionalData = bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2'); \
             const gcm = (iv) => ({ name: 'AES-GCM', iv: bytes(iv), additionalData }); \
             const four = gcm('cafebabefacedbaddecaf888'); \
             const six = gcm('9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728\
                 c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b'); \
             const one = await subtle.encrypt(four, key, data); \
             const two = await subtle.encrypt(six, key, data); \
             const back = hex(await subtle.decrypt(six, key, two)) === hex(data); \
             new Uint8Array(two)[0] ^= 1; \
             return [hex(one).slice(-32), hex(two).slice(-32), back, \
                 await nameOf(subtle.decrypt(six, key, two)), \
                 await nameOf(subtle.decrypt(six, key, new Uint8Array(15))), \
                 await nameOf(subtle.encrypt({ ...six, tagLength: 100 }, key, data))]",
            "5bc94fbc3221a5db94fae95ae7121a47,619cc5aefffe0bfa462af43c1699d050,true,\
             OperationError,OperationError,OperationError",
        ),
        // RFC 3394, 4.1.
        (
            "const kw = await subtle.importKey('raw', bytes('000102030405060708090a0b0c0d0e0f'), \
                 'AES-KW', false, ['wrapKey', 'unwrapKey']); \
             const key = await subtle.importKey('raw', bytes('00112233445566778899aabbccddeeff'), \
                 'AES-CBC', true, ['encrypt']); \
             const wrapped = await subtle.wrapKey('raw', key, kw, 'AES-KW'); \
             const back = await subtle.unwrapKey('raw', wrapped, kw, 'AES-KW', 'AES-CBC', true, ['encrypt']); \
             return [hex(wrapped), hex(await subtle.exportKey('raw', back))]",
            "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5,00112233445566778899aabbccddeeff",
        ),
    ]);
}

#[test]
fn curves_are_those_of_the_rfcs() {
    check(&[
        // RFC 6979, A.2.5: P-256, SHA-256, "sample".
        (
            "const jwk = { kty: 'EC', crv: 'P-256', \
                 x: 'YP7UuiVanZHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y', \
                 y: 'eQP-EAi4vJmkGuni4uNTwgZUlHRVZSKdHHmL_8lSXJk', \
                 d: 'yaiJgq1IY8RnzBEjAsnlVmDBvKFA0RWb0Uh6F3DXxJ8' }; \
             return nameOf(subtle.importKey('jwk', { ...jwk, d: jwk.x }, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']))",
            "DataError",
        ),
        (
            "const pkcs8 = bytes('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420\
                 c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721a144034200\
                 0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                 7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'); \
             const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }; \
             const key = await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']); \
             const same = hex(await subtle.exportKey('pkcs8', key)) === hex(pkcs8); \
             return [hex(await subtle.sign(algorithm, key, utf8('sample'))), same]",
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
             f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8,true",
        ),
        // RFC 8032, 7.1, test 1, and RFC 7748, 6.1.
        (
            "const jwk = { kty: 'OKP', crv: 'Ed25519', \
                 d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', \
                 x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }; \
             const key = await subtle.importKey('jwk', jwk, 'Ed25519', true, ['sign']); \
             return hex(await subtle.sign('Ed25519', key, new Uint8Array(0)))",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
             d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "const pkcs8 = bytes('302e020100300506032b656e04220420\
                 77076d0a7318a57d3c16c17251b26645c6f2e3f44c4a6a6a6a6a6a6a6a6a6a6a'); \
             const key = await subtle.importKey('pkcs8', pkcs8, 'X25519', true, ['deriveBits']); \
             const zero = await subtle.importKey('raw', new Uint8Array(32), 'X25519', true, []); \
             return nameOf(subtle.deriveBits({ name: 'X25519', public: zero }, key, 256))",
            "OperationError",
        ),
    ]);
}

#[test]
fn pairs_work_after_each_format() {
    check(&[
        (
            "const done = []; \
             for (const namedCurve of ['P-256', 'P-384', 'P-521']) { \
                 for (const hash of ['SHA-1', 'SHA-512']) { \
                     const algorithm = { name: 'ECDSA', namedCurve, hash }; \
                     const { privateKey, publicKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify']); \
                     let [own, other] = [privateKey, publicKey]; \
                     for (const format of ['jwk', 'pkcs8']) own = await subtle.importKey(format, \
                         await subtle.exportKey(format, own), algorithm, true, ['sign']); \
                     for (const format of ['jwk', 'spki', 'raw']) other = await subtle.importKey(format, \
                         await subtle.exportKey(format, other), algorithm, true, ['verify']); \
                     const signature = await subtle.sign(algorithm, own, utf8(hash)); \
                     done.push(signature.byteLength, await subtle.verify(algorithm, other, signature, utf8(hash)), \
                         await subtle.verify(algorithm, other, signature, utf8('')), \
                         await subtle.verify(algorithm, other, utf8('short'), utf8('')));\
                 } \
             } \
             return done",
            "64,true,false,false,64,true,false,false,96,true,false,false,96,true,false,false,\
             132,true,false,false,132,true,false,false",
        ),
        (
            "const done = []; \
             for (const algorithm of [{ name: 'ECDH', namedCurve: 'P-256' }, { name: 'ECDH', namedCurve: 'P-384' }, \
                 { name: 'ECDH', namedCurve: 'P-521' }, { name: 'X25519' }]) { \
                 const make = () => subtle.generateKey(algorithm, true, ['deriveBits']); \
                 const [a, b] = [await make(), await make()]; \
                 const agree = async (own, other, bits) => hex(await subtle.deriveBits( \
                     { name: algorithm.name, public: other.publicKey }, own.privateKey, bits)); \
                 const [one, two] = [await agree(a, b), await agree(b, a)]; \
                 done.push(one === two, one.length * 4, (await agree(a, b, 11)).length);\
             } \
             return done",
            "true,256,4,true,384,4,true,528,4,true,256,4",
        ),
        (
            "const done = []; \
             const pair = await subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 1024, \
                 publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign', 'verify']); \
             done.push(pair.publicKey.algorithm.modulusLength, pair.publicKey.algorithm.publicExponent); \
             const jwk = { own: await subtle.exportKey('jwk', pair.privateKey), \
                 other: await subtle.exportKey('jwk', pair.publicKey) }; \
             const der = { own: await subtle.exportKey('pkcs8', pair.privateKey), \
                 other: await subtle.exportKey('spki', pair.publicKey) }; \
             delete jwk.own.alg; delete jwk.other.alg; delete jwk.own.key_ops; delete jwk.other.key_ops; \
             for (const [name, params] of [['RSA-PSS', { saltLength: 20 }], ['RSASSA-PKCS1-v1_5', {}]]) { \
                 const algorithm = { name, hash: 'SHA-256', ...params }; \
                 const own = await subtle.importKey('jwk', jwk.own, algorithm, false, ['sign']); \
                 const other = await subtle.importKey('spki', der.other, algorithm, false, ['verify']); \
                 const signature = await subtle.sign(algorithm, own, utf8('data')); \
                 done.push(await subtle.verify(algorithm, other, signature, utf8('data')), \
                     await subtle.verify(algorithm, other, signature, utf8('date'))); \
             } \
             const algorithm = { name: 'RSA-OAEP', hash: 'SHA-1', label: utf8('label') }; \
             const own = await subtle.importKey('pkcs8', der.own, algorithm, false, ['decrypt']); \
             delete jwk.other.use; \
             const other = await subtle.importKey('jwk', jwk.other, algorithm, false, ['encrypt']); \
             const sealed = await subtle.encrypt(algorithm, other, utf8('secret')); \
             done.push(new TextDecoder().decode(await subtle.decrypt(algorithm, own, sealed)), \
                 await nameOf(subtle.decrypt({ name: 'RSA-OAEP' }, own, sealed)), \
                 await nameOf(subtle.encrypt(algorithm, other, new Uint8Array(200)))); \
             return done",
            "1024,1,0,1,true,false,true,false,secret,OperationError,OperationError",
        ),
    ]);
}

#[test]
fn keys_are_guarded() {
    check(&[
        (
            "const key = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']); \
             const params = { name: 'AES-GCM', iv: new Uint8Array(12) }; \
             return [key, key.type, key.extractable, key.usages, key.algorithm === key.algorithm, \
                 await nameOf(subtle.exportKey('raw', key)), \
                 await nameOf(subtle.decrypt(params, key, new Uint8Array(16))), \
                 await nameOf(subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, key, new Uint8Array(1))), \
                 await nameOf(subtle.encrypt(params, {}, new Uint8Array(1)))]",
            "[object CryptoKey],secret,false,encrypt,true,InvalidAccessError,InvalidAccessError,\
             InvalidAccessError,TypeError",
        ),
        // A program's writes to a shown algorithm change nothing.
        (
            "const key = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']); \
             key.algorithm.hash.name = 'SHA-1'; key.usages.push('verify'); \
             const mac = await subtle.sign('HMAC', key, utf8('')); \
             return [mac.byteLength, await nameOf(subtle.verify('HMAC', key, mac, utf8('')))]",
            "32,InvalidAccessError",
        ),
        (
            "const make = (algorithm, usages) => nameOf(subtle.generateKey(algorithm, true, usages)); \
             const rsa = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048 }; \
             const exponent = (...publicExponent) => ({ ...rsa, publicExponent: new Uint8Array(publicExponent) }); \
             return Promise.all([make({ name: 'AES-GCM', length: 100 }, ['encrypt']), \
                 make({ name: 'AES-GCM', length: 128 }, []), make({ name: 'AES-GCM', length: 128 }, ['sign']), \
                 make({ name: 'AES-GCM', length: 128 }, ['read']), make({ name: 'AES-GCM', length: 2 ** 40 }, ['encrypt']), \
                 make({ name: 'ECDSA', namedCurve: 'P-255' }, ['sign']), make('Ed25519', ['verify']), \
                 make(exponent(0), ['decrypt']), make(exponent(1), ['decrypt']), make(exponent(4), ['decrypt']), \
                 make({ ...exponent(3), modulusLength: 1e9 }, ['decrypt']), make(exponent(3), ['encrypt']), \
                 make(exponent(1, 0, 0, 0, 0, 0, 1), ['decrypt'])])",
            "OperationError,SyntaxError,SyntaxError,TypeError,TypeError,NotSupportedError,SyntaxError,\
             OperationError,OperationError,OperationError,OperationError,SyntaxError,OperationError",
        ),
        (
            "const take = (format, data, algorithm, usages) => \
                 nameOf(subtle.importKey(format, data, algorithm, true, usages)); \
             const p256 = { name: 'ECDSA', namedCurve: 'P-256' }; \
             return Promise.all([take('raw', new Uint8Array(15), 'AES-CBC', ['encrypt']), \
                 take('spki', new Uint8Array(16), 'AES-CBC', ['encrypt']), take('der', new Uint8Array(16), 'AES-CBC', []), \
                 take('jwk', new Uint8Array(16), 'AES-CBC', ['encrypt']), take('raw', {}, 'AES-CBC', ['encrypt']), \
                 take('jwk', { kty: 'oct', k: 'not+base64url' }, 'AES-CBC', ['encrypt']), \
                 take('jwk', { kty: 'RSA', k: '' }, 'AES-CBC', ['encrypt']), \
                 take('raw', new Uint8Array(65).fill(4), p256, ['verify']), take('raw', new Uint8Array(1), p256, ['verify']), \
                 take('spki', new Uint8Array(91), p256, ['verify']), take('pkcs8', new Uint8Array(0), p256, ['sign']), \
                 take('raw', new Uint8Array(31), 'Ed25519', ['verify']), take('raw', new Uint8Array(32), 'Ed25519', ['sign']), \
                 take('raw', utf8('x'), 'HKDF', ['deriveBits'])])",
            "DataError,NotSupportedError,TypeError,TypeError,TypeError,DataError,DataError,DataError,DataError,\
             DataError,DataError,DataError,SyntaxError,SyntaxError",
        ),
    ]);
}

#[test]
fn programs_see_no_key_in_what_they_replace() {
    check(&[(
        "const key = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']); \
         const { apply } = Reflect; \
         const { iterator } = Symbol; \
         const { hasOwn } = Object; \
         const seen = []; \
         const look = (value) => { if (value !== null && typeof value === 'object' && hasOwn(value, 'handle')) seen.push(1) }; \
         const values = Array.prototype[iterator]; \
         Array.prototype[iterator] = function () { for (let i = 0; i < this.length; i++) look(this[i]); \
             return apply(values, this, []) }; \
         const then = (value) => { look(value); return undefined }; \
         Object.defineProperty(Object.prototype, 'then', { configurable: true, get() { return then(this) } }); \
         Object.defineProperty(Object.prototype, 'handle', { configurable: true, set(value) { seen.push(2) } }); \
         await subtle.sign('HMAC', key, utf8('')); \
         Array.prototype[iterator] = values; \
         delete Object.prototype.then; delete Object.prototype.handle; \
         return seen.length",
        "0",
    )]);
}

#[test]
fn keys_are_cloned_and_keep_their_secret() {
    check(&[
        (
            "const key = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']); \
             const { clone } = structuredClone({ clone: key }); \
             const raw = async (key) => hex(await subtle.exportKey('raw', key)); \
             return [clone !== key, clone.algorithm.length, clone.usages, await raw(clone) === await raw(key)]",
            "true,128,encrypt,true",
        ),
        (
            "return [Object.prototype.toString.call(subtle), await nameOf((async () => new CryptoKey())()), \
                 await nameOf((async () => new SubtleCrypto())()), await nameOf(subtle.digest.call({}, 'SHA-1', utf8('')))]",
            "[object SubtleCrypto],TypeError,TypeError,TypeError",
        ),
    ]);
}

#[test]
fn data_is_copied_when_a_call_is_made() {
    check(&[(
        "const data = utf8('abc'); \
         const digest = subtle.digest('SHA-1', data); \
         data.fill(0); \
         return hex(await digest)",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
    )]);
}
