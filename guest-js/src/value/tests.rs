//! Tests of the codec against the engine itself.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::needless_raw_string_hashes,
    reason = "tests"
)]

use isolet_wire::{Value as Message, Writer};
use rquickjs::{Context, Ctx, Function, Result, Runtime, Value};

use super::{StubHook, StubSource, decode, decode_array, encode, encode_array, install};

/// A capability that no test looks into.
fn nothing() -> isolet_wire::Attachment {
    std::sync::Arc::new(())
}

/// Takes functions as capabilities if `take` is set, and hands out strings.
struct Stubs {
    take: bool,
    asked: u32,
}

impl<'js> StubHook<'js> for Stubs {
    fn capability(&mut self, _: &Ctx<'js>, value: &Value<'js>) -> Result<Option<u32>> {
        self.asked += 1;
        Ok((self.take && value.is_function()).then_some(self.asked - 1))
    }
}

impl<'js> StubSource<'js> for Stubs {
    fn stub(&mut self, ctx: &Ctx<'js>, position: u32) -> Result<Value<'js>> {
        let stub: rquickjs::Object<'js> = ctx.eval("({})")?;
        stub.set("position", position)?;
        Ok(stub.into_value())
    }
}

fn message<'js>(ctx: &Ctx<'js>, value: Value<'js>, take: bool) -> Result<Vec<u8>> {
    let bytes = encode(ctx, value, &mut Stubs { take, asked: 0 })?;
    // The host's check must accept what the guest writes.
    if let Err(error) = Message::from_bytes(bytes.clone(), vec![nothing(); 8]) {
        panic!("{error}: {bytes:?}");
    }
    Ok(bytes)
}

fn clone<'js>(ctx: Ctx<'js>, value: Value<'js>) -> Result<Value<'js>> {
    let bytes = message(&ctx, value, true)?;
    decode(&ctx, &bytes, &mut Stubs { take: true, asked: 0 })
}

fn clone_data<'js>(ctx: Ctx<'js>, value: Value<'js>) -> Result<Value<'js>> {
    let bytes = message(&ctx, value, false)?;
    decode(&ctx, &bytes, &mut Stubs { take: false, asked: 0 })
}

/// Runs a script with `clone`, `cloneData`, `same` and `refused` in scope.
fn run(script: &str) {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        install(&ctx).unwrap();
        let globals = ctx.globals();
        globals.set("clone", Function::new(ctx.clone(), clone).unwrap()).unwrap();
        globals.set("cloneData", Function::new(ctx.clone(), clone_data).unwrap()).unwrap();
        let prelude = r#"
            const { is } = Object;
            globalThis.same = (actual, expected) => {
                if (!is(actual, expected)) throw new Error(`${String(actual)} is not ${String(expected)}`);
            };
            globalThis.refused = (value, type) => {
                try { cloneData(value); } catch (error) {
                    same(error.name, "DataCloneError");
                    same(error.code, 25);
                    same(error.message, type.includes(" ") ? type :
                        `Could not serialize object of type "${type}". This type does not support serialization.`);
                    return;
                }
                throw new Error(`${type} was not refused`);
            };
        "#;
        let result = ctx.eval::<(), _>(prelude).and_then(|()| ctx.eval::<(), _>(script));
        if let Err(error) = rquickjs::CatchResultExt::catch(Err::<(), _>(result.err()).or_else(|error| error.map_or(Ok(()), Err)), &ctx) {
            panic!("{error}");
        }
    });
}

#[test]
fn arrays_that_are_never_made_are_written_and_read_like_others() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        let mut stubs = Stubs { take: true, asked: 0 };
        // More objects than a linear search is used for.
        let made: Vec<Value<'_>> = ctx
            .eval("var all = Array.from({ length: 30 }, (_, at) => ({ at })); [7, ...all, all[0], all[29]]")
            .unwrap();
        let array = ctx.eval("[7, ...all, all[0], all[29]]").unwrap();
        let bytes = encode_array(&ctx, made, &mut stubs).unwrap();
        assert_eq!(bytes, message(&ctx, array, true).unwrap());
        let read = decode_array(&ctx, &bytes, &mut stubs).unwrap();
        assert_eq!(read.len(), 33);
        assert!(read[31] == read[1] && read[32] == read[30] && read[1] != read[2]);
        assert_eq!(read[30].as_object().unwrap().get::<_, i32>("at").unwrap(), 29);

        let none = encode_array(&ctx, Vec::new(), &mut stubs).unwrap();
        assert_eq!(decode_array(&ctx, &none, &mut stubs).unwrap().len(), 0);
        for other in
            ["const me = []; me.push(me); me", "({ a: [1] })", "[1, , 3]", "1", "undefined", "Object(1)"]
        {
            let bytes = message(&ctx, ctx.eval(other).unwrap(), true).unwrap();
            assert!(decode_array(&ctx, &bytes, &mut stubs).is_err(), "{other}");
            let error = ctx.catch();
            let name: String = error.as_object().unwrap().get("name").unwrap();
            assert_eq!(name, "RangeError", "{other}");
        }
    });
}

#[test]
fn primitives_are_themselves() {
    run(r#"
        for (const value of [
            undefined, null, true, false, 0, -0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 2 ** 53,
            -(2 ** 53), 1.5, 1e300, 5e-324, NaN, Infinity, -Infinity, "", "x", "gr\u00fc\u00dfe",
            "\u{1f600}", "\ud800", "a\udc00b\u{1f600}", "\0", "x".repeat(1 << 16),
            0n, 1n, -1n, 2n ** 63n, -(2n ** 64n), 2n ** 5000n, -(3n ** 2000n),
        ]) same(clone(value), value);
        let rope = ""; for (let i = 0; i < 5000; i++) rope += "\u00e9" + i;
        same(clone(rope), rope);
    "#);
}

#[test]
fn objects_keep_their_own_enumerable_properties() {
    run(r#"
        const value = { value: 21, name: "x", 5: "five", "-1": 1, "\ud800": 2, nested: { a: [1, { b: null }] } };
        Object.defineProperty(value, "hidden", { value: 1 });
        Object.defineProperty(value, "__proto__", { value: 7, enumerable: true });
        value[Symbol("s")] = 1;
        const copy = clone(value);
        same(JSON.stringify(Object.keys(copy)), JSON.stringify(Object.keys(value)));
        same(copy["\ud800"], 2);
        same(Object.getPrototypeOf(copy), Object.prototype);
        same(Object.getOwnPropertyDescriptor(copy, "__proto__").value, 7);
        same(copy.nested.a[1].b, null);
        same("hidden" in copy, false);
        same(JSON.stringify(clone((function () { return arguments })(1, 2))), '{"0":1,"1":2}');
        same(JSON.stringify(clone(Function("return arguments")(1, 2))), '{"0":1,"1":2}');
    "#);
}

#[test]
fn getters_run_and_may_interfere() {
    run(r#"
        let log = "";
        const value = {
            get a() { log += "a"; delete this.b; this.c = 3; this.d = 4; return 1; },
            b: 2, c: 0,
        };
        same(JSON.stringify(clone(value)), '{"a":1,"c":3}');
        same(log, "a");
        const array = [0, 1, 2];
        Object.defineProperty(array, 0, { get() { array.length = 1; return 9; }, enumerable: true });
        same(JSON.stringify(clone(array)), "[9,null,null]");
        const boom = new Error("boom");
        try { clone({ get x() { throw boom; } }); same(1, 2); } catch (error) { same(error, boom); }
        // Fresh objects out of getters must not be taken for one another.
        const fresh = {};
        for (let i = 0; i < 100; i++) Object.defineProperty(fresh, "k" + i, { get: () => ({ i }), enumerable: true });
        const copy = clone(fresh);
        for (let i = 0; i < 100; i++) same(copy["k" + i].i, i);
        const map = new Map([[{ get k() { map.clear(); map.set(1, 2); return 1; } }, 1], ["b", 2]]);
        same(clone(map).size, 2);
    "#);
}

#[test]
fn arrays_keep_holes_and_properties() {
    run(r#"
        same(JSON.stringify(clone([1, [2, []], "x"])), '[1,[2,[]],"x"]');
        const holes = [, 1, , 3, ,];
        holes.extra = "e"; holes[-1] = "m";
        const copy = clone(holes);
        same(copy.length, 5);
        same(0 in copy, false);
        same(copy[1] + copy[3], 4);
        same(copy.extra + copy[-1], "em");
        const long = []; long[4294967294] = 1; long.length = 4294967295;
        same(clone(long).length, 4294967295);
        same(clone(long)[4294967294], 1);
        same(clone(new Array(1000000)).length, 1000000);
        class Sub extends Array {}
        same(clone(Sub.from([1])).constructor, Array);
        const big = Array.from({ length: 100000 }, (_, i) => i);
        same(clone(big)[99999], 99999);
    "#);
}

#[test]
fn identity_and_cycles_survive() {
    run(r#"
        const shared = { s: 1 };
        const value = { a: shared, b: [shared, shared], map: new Map([[shared, shared]]), set: new Set([shared]) };
        value.self = value;
        value.b.push(value.b);
        const copy = clone(value);
        same(copy.self, copy);
        same(copy.b[0], copy.a); same(copy.b[1], copy.a); same(copy.b[2], copy.b);
        same(copy.map.get(copy.a), copy.a);
        same(copy.set.has(copy.a), true);
        same(copy.a === shared, false);
        const many = []; for (let i = 0; i < 100; i++) many.push({ i });
        const twice = clone([...many, ...many]);
        for (let i = 0; i < 100; i++) { same(twice[i], twice[i + 100]); same(twice[i].i, i); }
        const date = new Date(5), buffer = new ArrayBuffer(1), error = new Error(), re = /x/, boxed = Object(1);
        for (const x of [date, buffer, error, re, boxed, new Set(), new Map(), new DataView(buffer)]) {
            const [a, b] = clone([x, x]); same(a, b); same(Object.getPrototypeOf(a), Object.getPrototypeOf(x));
        }
    "#);
}

#[test]
fn builtin_classes_have_their_form() {
    run(r#"
        same(clone(new Date(86400000.5)).getTime(), 86400000);
        same(clone(new Date(NaN)).getTime(), NaN);
        const re = clone(/a\/b"\u{1f600}/giu);
        same(String(re), String(/a\/b"\u{1f600}/giu)); same(re.flags, "giu"); same(re.lastIndex, 0);
        same(String(clone(new RegExp("", "dsmyv"))), "/(?:)/dmsvy");
        for (const value of [1.5, "text", true, 5n]) {
            const copy = clone(Object(value));
            same(typeof copy, "object"); same(copy.valueOf(), value);
        }
        const map = clone(new Map([[NaN, 1], ["k", new Map([[1n, new Set([1, "1"])]])]]));
        same(map.get(NaN), 1); same(map.get("k").get(1n).size, 2);
        same([...clone(new Set([3, 1, 2]))].join(), "3,1,2");
    "#);
}

#[test]
fn errors_keep_what_they_say() {
    run(r#"
        for (const kind of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
            const error = new kind("message", { cause: { why: [1] } });
            const frames = ({ stack }) => stack.slice(stack.indexOf("    at "));
            error.code = "E"; error.extra = { self: error };
            const copy = clone(error);
            same(Object.getPrototypeOf(copy), kind.prototype);
            same(copy instanceof kind, true);
            same(copy.name, kind.name); same(copy.message, "message"); same(frames(copy), frames(error));
            same(copy.cause.why[0], 1); same(copy.code, "E"); same(copy.extra.self, copy);
            same(Object.keys(copy).join(), "code,extra");
            same(Object.prototype.toString.call(copy), "[object Error]");
        }
        class Mine extends Error { constructor(m) { super(m); this.name = "Mine"; } get more() { return 1; } }
        const mine = clone(new Mine("m"));
        same(mine.name, "Mine"); same(mine.constructor, Error); same(Object.keys(mine).length, 0); same(String(mine), "Mine: m");
        same(clone(new (class Unnamed extends TypeError {})("u")).name, "TypeError");
        const all = clone(new AggregateError([new TypeError("t"), 2], "all"));
        same(all.errors[0].message, "t"); same(all.errors.length, 2); same(all instanceof AggregateError, true);
        same(Object.hasOwn(clone(new Error()), "message"), false);
        const own = new Error("o"); own.stack = "mine"; same(clone(own).stack, "mine"); same(clone(clone(own)).stack, "mine");
        same(Object.keys(clone(own)).length, 0);
        const invalid = new TypeError("i"); invalid.errors = [1]; same(Object.keys(clone(invalid)).join(), "errors");
        const dom = clone(new DOMException("gone", "AbortError"));
        same(dom.name, "AbortError"); same(dom.message, "gone"); same(dom instanceof DOMException, true);
        same(dom.code, 20); same(clone(dom).stack, dom.stack);
        const chain = new Error("a"); chain.cause = chain; same(clone(chain).cause.message, "a");
    "#);
}

#[test]
fn buffers_and_views_share() {
    run(r#"
        const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).buffer;
        const [a, b, c, d] = clone([new Uint16Array(buffer, 2, 3), buffer, new DataView(buffer, 1, 4), new Float64Array(buffer)]);
        same(a.buffer, b); same(c.buffer, b); same(d.buffer, b);
        same(a.length, 3); same(a.byteOffset, 2); same(a[0], 0x0403);
        same(c.byteLength, 4); same(c.getUint8(0), 2);
        a[0] = 0; same(c.getUint8(1), 0); same(new Uint8Array(buffer)[2], 3);
        for (const kind of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
                            BigInt64Array, BigUint64Array, Float16Array, Float32Array, Float64Array]) {
            const copy = clone(new kind(3));
            same(copy.constructor, kind); same(copy.length, 3);
            same(clone(new kind(0)).length, 0);
        }
        same(clone(new ArrayBuffer(0)).byteLength, 0);
        const grown = new ArrayBuffer(4, { maxByteLength: 8 });
        const tracking = new Uint8Array(grown), window = new Uint8Array(grown, 2, 2);
        grown.resize(6); tracking[5] = 9;
        same(clone(tracking).length, 6); same(clone(tracking)[5], 9); same(clone(grown).byteLength, 6);
        grown.resize(1); same(clone(window).length, 0);
        const gone = new ArrayBuffer(8), view = new Uint8Array(gone); gone.transfer();
        refused(gone, "An ArrayBuffer is detached and could not be cloned.");
        refused(view, "An ArrayBuffer is detached and could not be cloned.");
        refused(new SharedArrayBuffer(1), "SharedArrayBuffer");
        refused(new Uint8Array(new SharedArrayBuffer(1)), "SharedArrayBuffer");
        const sub = clone(new Uint8Array(1000000).fill(7)); same(sub.length, 1000000); same(sub[999999], 7);
    "#);
}

#[test]
fn what_is_no_data_is_refused() {
    run(r#"
        class Foo {}
        refused(new Foo(), "Foo"); refused([{ x: new Foo() }], "Foo");
        refused(() => 1, "Function"); refused(class A {}, "Function"); refused(async function* () {}, "Function");
        refused(Symbol("x"), "Symbol"); refused(Symbol.iterator, "Symbol"); refused(Object(Symbol()), "Symbol");
        refused(Object.create(null), "Object"); refused(Object.create({}), "Object");
        refused(new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; }, ownKeys() { throw 3; } }), "Object");
        refused(new Proxy([], {}), "Object"); refused(new Proxy(() => 1, {}), "Function");
        refused(new WeakMap(), "WeakMap"); refused(new WeakSet(), "WeakSet"); refused(new WeakRef({}), "WeakRef");
        refused(Promise.resolve(), "Promise"); refused((function* () {})(), "Object"); refused([].values(), "Iterator");
        refused({ __proto__: { get constructor() { throw 1; } } }, "Object");
        class Fake { constructor() { this.constructor = { name: 5 }; } }
        refused(new Fake(), "Object");
    "#);
}

#[test]
fn capabilities_keep_their_identity() {
    run(r#"
        const f = () => 1, g = () => 2;
        const [a, b, c, o] = clone([f, g, f, { f }]);
        same(a.position, 0); same(b.position, 1); same(c, a); same(o.f, a);
    "#);
}

#[test]
fn patched_builtins_change_nothing() {
    run(r#"
        const value = {
            list: [1, [2]], map: new Map([["k", 1]]), set: new Set([1]), date: new Date(5), re: /x/g, error: new TypeError("t"),
            bytes: new Uint8Array([1, 2]), view: new DataView(new ArrayBuffer(4), 1), big: -5n, boxed: Object("s"),
        };
        const bad = () => { throw new Error("patched"); };
        const { defineProperty } = Object, arrayPrototype = Array.prototype;
        const trap = (object, key) => defineProperty(object, key, { __proto__: null, get: bad, set: bad, configurable: true });
        for (const proto of [Map.prototype, Set.prototype, Date.prototype, RegExp.prototype, DataView.prototype, String.prototype,
                             BigInt.prototype, Object.getPrototypeOf(Uint8Array.prototype), Uint8Array.prototype]) {
            for (const key of Reflect.ownKeys(proto)) {
                try { Object.defineProperty(proto, key, { get: bad, set: bad }); } catch {}
            }
        }
        for (const key of ["0", "1", "list", "map", "date", "value", "done", "message", "stack"]) trap(Object.prototype, key);
        for (const name of ["Map", "Set", "Date", "RegExp", "Error", "TypeError", "DataView", "Uint8Array", "ArrayBuffer", "BigInt", "Object", "Array"])
            globalThis[name] = undefined;
        trap(arrayPrototype, "push"); trap(arrayPrototype, Symbol.iterator); trap(arrayPrototype, "0"); trap(arrayPrototype, "1");
        const copy = clone(value);
        same(copy.list[1][0], 2); same(copy.big, -5n); same(copy.bytes[1], 2);
    "#);
}

#[test]
fn deep_values_are_no_danger() {
    run(r#"
        let deep = null; for (let i = 0; i < 100000; i++) deep = i % 2 ? [deep] : { deep };
        let copy = clone(deep), levels = 0;
        while (copy !== null) { copy = Array.isArray(copy) ? copy[0] : copy.deep; levels++; }
        same(levels, 100000);
        const first = {}; let last = first;
        for (let i = 0; i < 100000; i++) last = last.next = { previous: last };
        last.next = first;
        copy = clone(first); let seen = 0, at = copy;
        do { at = at.next; seen++; } while (at !== copy);
        same(seen, 100001);
    "#);
}

#[test]
fn bytes_that_are_no_message_are_an_error() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        let mut random = 1_u64;
        let mut below = |limit: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap() % limit
        };
        let sample: Value<'_> = ctx
            .eval("[{a: 1}, [,1], new Map([[1, new Set([2])]]), new Error('x'), new Uint8Array(4), Object(1), /x/, new Date(1), 5n]")
            .unwrap();
        let bytes = message(&ctx, sample, true).unwrap();
        let mut valid = 0;
        for _ in 0..5_000 {
            let mut bytes = bytes.clone();
            for _ in 0..=below(3) {
                let at = below(bytes.len());
                bytes[at] = u8::try_from(below(24)).unwrap();
            }
            match decode(&ctx, &bytes, &mut Stubs { take: true, asked: 0 }) {
                Ok(_) => valid += 1,
                Err(error) => assert!(error.is_exception() && ctx.catch().is_error(), "{error}: {bytes:?}"),
            }
        }
        assert!(valid > 50, "{valid}");
        let mut writer = Writer::new();
        writer.undefined();
        assert_eq!(super::undefined(), writer.finish());
    });
}
