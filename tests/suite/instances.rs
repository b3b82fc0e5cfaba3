//! Instances of classes: between sandboxes, at the boundary to Rust, and cloned.

use serde_json::json;

use crate::family::family;
use crate::harness::Case;

const MADE: &str = "
    class Point { #p = 1; constructor() { this.x = 1 } get g() { return 2 } m() {} static s = 3 }
    const match = 'ab'.match(/(?<n>b)/);
    const made = { point: new Point(), bare: Object.assign(Object.create(null), { a: 1 }),
        groups: Object.groupBy([1, 2, 3], (n) => n % 2 ? 'odd' : 'even'), named: match.groups, many: [new Point(), new Point()] };";

/// Rust receives all of their properties. A sandbox gets an error that names what it may not send.
#[tokio::test]
async fn they_are_their_properties_at_the_boundary_to_rust() {
    let run = Case::body(&format!("{MADE} return made")).run().await;
    let _ = run.expect_ok(json!({
        "point": { "x": 1 }, "bare": { "a": 1 }, "groups": { "odd": [1, 3], "even": [2] },
        "named": { "n": "b" }, "many": [{ "x": 1 }, { "x": 1 }]
    }));
    let run = Case::body(&format!("{MADE} throw made.point")).run().await;
    assert_eq!(run.exception().value.to_json(), r#"{"x":1}"#);
}

#[tokio::test]
async fn they_do_not_cross_from_sandbox_to_sandbox() {
    let run = family(
        "class Foo {} class Bar {}
         export default class extends WorkerEntrypoint {
            get(kind) { return { class: new Foo(), bare: Object.create(null), deep: { deep: [{ er: new Bar() }] } }[kind] } };",
        "const stub = child(env), told = [];
         for (const kind of ['class', 'bare', 'deep']) told.push(await caught(() => stub.get(kind)));
         class Sent {} told.push(await caught(() => stub.get(new Sent())));
         return told",
    );
    let refused = |name: &str| {
        json!([
            "DataCloneError",
            format!(
                "Could not serialize object of type \"{name}\". This type does not support serialization."
            )
        ])
    };
    let expected = json!([refused("Foo"), refused("Object"), refused("Bar"), refused("Sent")]);
    let _ = run.run().await.expect_ok(&expected);
}

#[tokio::test]
async fn a_clone_is_what_the_standard_says() {
    let run = Case::body(&format!(
        "{MADE} const c = structuredClone(made);
         const isPlain = (value) => Object.getPrototypeOf(value) === Object.prototype;
         const error = structuredClone(Object.assign(new RangeError('m', {{ cause: {{ why: 1 }} }}), {{ extra: 1 }}));
         const named = structuredClone(Object.assign(new Error('m'), {{ name: 'Own' }})), many = structuredClone(new AggregateError([1], 'm'));
         class Sub extends Map {{ own = 1 }} const sub = structuredClone(new Sub([[1, 2]]));
         const list = structuredClone(Object.assign([1], {{ k: 2 }})), blob = structuredClone(new Blob(['hi'], {{ type: 'a/b' }}));
         const cycle = new Point(); cycle.self = cycle; const turned = structuredClone(cycle);
         return [c, isPlain(c.point) && isPlain(c.bare) && isPlain(c.named) && isPlain(turned), turned.self === turned,
            [error.name, error.message, error.cause, error.extra ?? null, error instanceof RangeError], named.name, [many.name, 'errors' in many],
            [sub.get(1), sub.own ?? null, sub.constructor === Map], [list.length, list.k], [blob instanceof Blob, blob.type, await blob.text()],
            Object.keys(structuredClone(Object.prototype))]"
    ))
    .run()
    .await;
    let _ = run.expect_ok(json!([
        {
            "point": { "x": 1 }, "bare": { "a": 1 }, "groups": { "odd": [1, 3], "even": [2] },
            "named": { "n": "b" }, "many": [{ "x": 1 }, { "x": 1 }]
        },
        true, true, ["RangeError", "m", { "why": 1 }, null, true], "Error", ["Error", false],
        [2, null, true], [1, 2], [true, "a/b", "hi"], []
    ]));
}

#[tokio::test]
async fn what_has_no_clone_is_refused() {
    let run = Case::body(
        "let asked = 0; const traps = new Proxy({}, { get() { asked++ }, getPrototypeOf() { asked++; return null } });
         class Mine extends EventTarget {}
         const all = [() => 1, Symbol(), Promise.resolve(), new WeakMap(), new URL('http://a'), new Headers(), new Response(),
            new Mine(), new Event('x'), new AbortController().signal, traps, Object.create(traps, { a: { value: 1, enumerable: true } })];
         return [all.map((value) => { try { structuredClone(value); return 'cloned' } catch (e) { return e.name } }), asked]",
    );
    let mut refused = vec!["DataCloneError"; 11];
    refused.push("cloned");
    let _ = run.run().await.expect_ok(json!([refused, 0]));
}

#[tokio::test]
async fn what_is_transferred_is_gone() {
    let run = Case::body(
        "const buffer = new Uint8Array([1, 2, 3]).buffer, other = new ArrayBuffer(2);
         const view = structuredClone(new Uint8Array(buffer, 1), { transfer: [buffer, other] });
         const readable = new Response('stream').body, writable = new WritableStream();
         const clone = structuredClone({ readable, again: readable }, { transfer: [readable, writable] });
         const locked = new Response('x').body; locked.getReader();
         const fails = [[buffer], [new ArrayBuffer(1), 5], [locked], [other]].map((transfer) => {
            try { structuredClone(1, { transfer }); return 'no error' } catch (e) { return e.name } });
         const twice = new ArrayBuffer(1); try { structuredClone(1, { transfer: [twice, twice] }) } catch (e) { fails.push(e.name, twice.byteLength) }
         const plain = (() => { try { structuredClone(new WritableStream()) } catch (e) { return e.name } })();
         return [[...view], buffer.detached, other.detached, readable.locked, writable.locked, clone.readable === clone.again,
            await new Response(clone.readable).text(), fails, plain]",
    );
    let failed = "DataCloneError";
    let _ = run.run().await.expect_ok(json!([
        [2, 3],
        true,
        true,
        true,
        true,
        true,
        "stream",
        [failed, failed, failed, failed, failed, 1],
        failed
    ]));
}

#[tokio::test]
async fn a_transform_stream_is_transferred_with_both_sides() {
    let run = Case::body(
        "const given = new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk * 2) } });
         const { clone, again } = structuredClone({ clone: given, again: given }, { transfer: [given] });
         const writer = clone.writable.getWriter();
         const written = [writer.write(1), writer.write(2), writer.close()];
         const seen = []; for await (const chunk of clone.readable) seen.push(chunk);
         await Promise.all(written);
         const locked = new TransformStream(); locked.writable.getWriter();
         const fails = [[locked], [given]].map((transfer) => {
            try { structuredClone(1, { transfer }); return 'no error' } catch (e) { return e.name } });
         return [clone instanceof TransformStream, clone === again, given.readable.locked, given.writable.locked, seen, fails, locked.readable.locked]",
    );
    let failed = "DataCloneError";
    let _ =
        run.run().await.expect_ok(json!([true, true, true, true, [2, 4], [failed, failed], false]));
}
