//! Shared memory, and the memory that bytes, names and shapes take.

use serde_json::json;

use super::gives;
use crate::harness::Case;

#[tokio::test]
async fn shared_memory_of_one_agent() {
    gives(
        "const shared = new SharedArrayBuffer(8, { maxByteLength: 64 });
         const ints = new Int32Array(shared), longs = new BigInt64Array(new SharedArrayBuffer(8));
         Atomics.add(ints, 0, 5); Atomics.store(longs, 0, -1n);
         shared.grow(64);
         return [
            Atomics.load(ints, 0), ints.length, String(Atomics.exchange(longs, 0, 3n)),
            Atomics.compareExchange(ints, 0, 5, 7), ints[0], Atomics.notify(ints, 0, 1),
            caught(() => Atomics.wait(ints, 0, 7, 0)), caught(() => shared.grow(1)),
            caught(() => Atomics.load(ints, 99)), Atomics.isLockFree(4),
            caught(() => structuredClone(shared)), caught(() => structuredClone({ view: ints })),
         ]",
        json!([
            5,
            16,
            "-1",
            5,
            7,
            0,
            "TypeError",
            "RangeError",
            "RangeError",
            true,
            "DataCloneError",
            "DataCloneError"
        ]),
    )
    .await;
}

#[tokio::test]
async fn shared_memory_is_counted_and_crosses_to_nobody() {
    let code = "export default { run(kind) {
        if (kind === 'big') return new SharedArrayBuffer(0, { maxByteLength: 1 << 30 }).byteLength;
        return new Uint8Array(new SharedArrayBuffer(4));
    } }";
    let big = Case::js(code).arg("big").run().await;
    assert!(!matches!(big.0.outcome(), isolet::Outcome::Ok), "{big:?}");
    let _ = Case::js(code)
        .arg("view")
        .run()
        .await
        .expect_exception("DataCloneError", "SharedArrayBuffer");
}

/// The guest's own `memmove` has separate paths for lengths up to 32 bytes, up to a mebibyte and
/// above.
#[tokio::test]
async fn bytes_move_right_at_every_length_and_overlap() {
    gives(
        "const M = 1 << 20, wrong = [];
         const all = Uint8Array.from({ length: 3 * M + 99 }, (_, i) => (i * 7 + (i >> 8)) % 251);
         const lengths = [...Array(70).keys(), 127, M - 1, M, M + 1, 2 * M, 2 * M + 33];
         for (const n of lengths) for (const [from, to] of [[40, 40], [40, 41], [41, 40], [0, 57], [57, 0]]) {
             const b = all.slice(0, n + 99);
             b.copyWithin(to, from, from + n);
             const step = n < 200 ? 1 : 4099;
             for (let i = -9; i < n + 9; i += i < 9 || i > n - 9 ? 1 : Math.min(step, n - 9 - i) || 1) {
                 const at = to + i;
                 if (at < 0) continue;
                 const right = i >= 0 && i < n ? all[from + i] : all[at];
                 if (b[at] !== right) { wrong.push([n, from, to, i]); break }
             }
             const filled = all.slice(0, n + 99).fill(255, to, to + n);
             for (const i of [-1, 0, 1, 7, 8, 9, n >> 1, n - 9, n - 8, n - 1, n]) {
                 const at = to + i;
                 if (at >= 0 && filled[at] !== (i >= 0 && i < n ? 255 : all[at])) wrong.push(['fill', n, to, i]);
             }
         }
         return wrong",
        json!([]),
    )
    .await;
}

#[tokio::test]
async fn names_of_the_image_outlive_every_use() {
    gives(
        "const symbol = () => Symbol.for('nodejs.util.inspect.custom');
         const [dot, url] = ['', 'u'].map((it, i) => it + ['fetch', 'rl'][i]);
         let seen = 0;
         for (let i = 0; i < 20_000; i++) {
             const it = { [symbol()]: i, [url]: i, [dot]: i, p: { self: null } };
             it.p.self = it;
             seen += Object.getOwnPropertySymbols(it).length + Object.keys(it).length;
             delete it[url]; delete it[symbol()];
             if (Symbol.for(`own ${i % 7}`).description !== `own ${i % 7}`) return i;
         }
         return [seen, symbol() === symbol(), Symbol.keyFor(symbol()), symbol().description,
                 url in new Request('http://a/'), Object.keys({ url, dot, p: 1 }),
                 new WeakMap([[Symbol.iterator, 1]]).get(Symbol.iterator)]",
        json!([
            80_000,
            true,
            "nodejs.util.inspect.custom",
            "nodejs.util.inspect.custom",
            true,
            ["url", "dot", "p"],
            1
        ]),
    )
    .await;
}

/// A name that only values of the image hold is as good as one that shapes have.
#[tokio::test]
async fn names_of_the_image_outlive_its_values() {
    gives(
        "const signal = new AbortController().signal; signal.onabort = () => 1;
         delete AbortSignal.prototype.onabort;
         const keep = [];
         for (let i = 0; i < 50; i++) keep.push({ ['zz' + i]: i });
         const keys = Reflect.ownKeys(signal);
         let gone = 0;
         for (const of of [RegExp, Map, Set, Promise, ArrayBuffer, Symbol, Request, Response, URL, Event]) {
             for (const target of [of, of.prototype]) {
                 for (const key of Reflect.ownKeys(target)) {
                     const { get, set, configurable } = Object.getOwnPropertyDescriptor(target, key);
                     if (get && configurable) { delete get.name; gone++ }
                     if (set && configurable) { delete set.name; gone++ }
                     if (get && configurable) delete target[key];
                 }
             }
         }
         for (let i = 0; i < 50; i++) keep.push({ ['yy' + i]: i });
         return [keys.some((key) => key in keep[1] || String(key).startsWith('zz')), gone > 30,
                 keep.every((it, i) => it[(i < 50 ? 'zz' : 'yy') + i % 50] === i % 50), 'flags' in /a/]",
        json!([false, true, true, false]),
    )
    .await;
}

#[tokio::test]
async fn new_names_and_shapes_are_found_however_many_there_are() {
    gives(
        "const all = {}, shapes = new Map();
         for (let i = 0; i < 30_000; i++) all[`name${i}`] = i;
         for (let i = 0; i < 3_000; i++) shapes.set(i, { [`a${i}`]: i, [`b${i % 10}`]: 1, url: i });
         for (let i = 0; i < 30_000; i += 2) delete all[`name${i}`];
         for (let i = 0; i < 3_000; i += 3) shapes.delete(i);
         let wrong = 0;
         for (let i = 0; i < 30_000; i++) if (all[`name${i}`] !== (i % 2 ? i : undefined)) wrong++;
         for (let i = 0; i < 30_000; i++) all[`more${i}`] = i;
         for (let i = 0; i < 30_000; i++) if (all[`more${i}`] !== i) wrong++;
         for (const [i, it] of shapes) if (it[`a${i}`] !== i || it.url !== i) wrong++;
         return [wrong, Object.keys(all).length, shapes.size]",
        json!([0, 45_000, 2_000]),
    )
    .await;
}
