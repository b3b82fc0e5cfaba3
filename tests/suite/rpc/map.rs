//! `map()` of promises: calls for each element of a list that has not arrived.

use serde_json::{Value, json};

use crate::family::{family, family_js};
use crate::harness::Case;

const CHILD: &str = "
    class Item extends RpcTarget { #n; constructor(n) { super(); this.#n = n } get id() { return this.#n } name() { return `item ${this.#n}` } }
    let calls = [];
    export default class extends WorkerEntrypoint {
        list(n) { return Array.from({ length: n }, (_, i) => i) } echo(value) { return value }
        double(n) { calls.push(n); return { n, double: 2 * n } } items() { return [new Item(7), new Item(8)] }
        sum(...all) { return all.flat().reduce((a, b) => a + b, 0) } type(value) { return typeof value }
        fail(n) { if (n === 2) throw new RangeError(`no ${n}`); return n }
        made() { const made = calls; calls = []; return made }
        both(list, f) { return Promise.all([list, f(1)]) } map(f) { return `remote ${typeof f}` }
    };";

fn mapping(body: &str) -> Case {
    family(CHILD, &format!("const stub = child(env); {body}")).code(|code| code.map_promises(true))
}

fn doubles(count: u32) -> Vec<Value> {
    (0..count).map(|n| json!({ "n": n, "double": 2 * n })).collect()
}

#[tokio::test]
async fn each_element_gets_its_own_calls_and_values() {
    let _ = mapping(
        "return [
            await stub.list(4).map((n) => stub.double(n)),
            await stub.list(2).map((n) => ({ n, twice: [n, n], of: stub.double(n).double, fixed: 'x' })),
            await stub.echo([{ id: 1, tags: ['a'] }, { id: 2, tags: ['b', 'c'] }]).map((it) => stub.echo([it.id, it.tags[0]])),
            await stub.items().map((it) => [it.name(), it.id]),
            await stub.list(3).map((n) => stub.double(n)).map((it) => it.double),
            await stub.echo({ deep: { list: [3] } }).deep.list.map((n) => stub.sum(n, [n, 1])),
            await stub.list(0).map((n) => stub.double(n)), await stub.list(2).map(() => 5),
            await stub.list(2).map((n) => stub.type(n)), await stub.echo([1, [2, 3]]).map((n) => stub.sum(n))]",
    )
    .run()
    .await
    .expect_ok(json!([
        doubles(4),
        [{ "n": 0, "twice": [0, 0], "of": 0, "fixed": "x" }, { "n": 1, "twice": [1, 1], "of": 2, "fixed": "x" }],
        [[1, "a"], [2, "b"]],
        [["item 7", 7], ["item 8", 8]],
        [0, 2, 4],
        [7],
        [],
        [5, 5],
        ["number", "number"],
        [1, 5]
    ]));
}

#[tokio::test]
async fn what_is_no_list_counts_as_one_element_and_nothing_as_none() {
    let _ = mapping(
        "return [await stub.echo({ id: 4 }).map((it) => stub.double(it.id)), await stub.echo(null).map((it) => stub.fail(it)),
                 (await stub.echo(undefined).map((it) => stub.fail(it))) === undefined, await stub.echo('text').map((it) => [it])]",
    )
    .run()
    .await
    .expect_ok(json!([{ "n": 4, "double": 8 }, null, true, ["text"]]));
}

#[tokio::test]
async fn it_takes_one_turn_of_the_caller_and_the_calls_are_in_order() {
    let run = mapping("const got = await stub.list(600).map((n) => stub.double(n)); return [got.length, await stub.made()]")
        .run()
        .await;
    let order: Vec<u32> = (0..600).collect();
    assert_eq!(run.json(), json!([600, order]));
    // Loading, the call, and one for each of the two answers.
    assert!(run.0.usage.turns <= 5, "{:?}", run.0.usage);
}

#[tokio::test]
async fn an_answer_that_has_arrived_is_mapped_likewise() {
    let _ = mapping(
        "const come = stub.list(3), part = stub.echo({ list: [5] }); await come; await part;
         return [await come.map((n) => stub.double(n)), await part.list.map((n) => stub.sum(n, 1)), await come.map((n) => n).map((n) => [n])]",
    )
    .run()
    .await
    .expect_ok(json!([
        doubles(3),
        [6],
        [[0], [1], [2]]
    ]));
}

#[tokio::test]
async fn the_first_error_that_is_used_is_the_answer() {
    let _ = mapping(
        "return [await caught(() => stub.list(4).map((n) => stub.fail(n))), await caught(() => stub.fail(2).map((n) => n)),
                 await caught(() => stub.list(4).map((n) => stub.fail(n).more.of.it)), await stub.list(4).map((n) => { stub.fail(n); return n }),
                 await caught(() => stub.list(4).map((n) => stub.none(n)))]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["RangeError", "no 2"],
        ["RangeError", "no 2"],
        ["TypeError", "The RPC receiver does not implement the method \"more\"."],
        [0, 1, 2, 3],
        ["TypeError", "The RPC receiver does not implement the method \"none\"."]
    ]));
}

#[tokio::test]
async fn a_callback_only_makes_calls() {
    let outside =
        json!(["Error", "A value of the callback of map() has no meaning outside of it."]);
    let refused = |text: &str| json!(["TypeError", text]);
    let _ = mapping(
        "let leaked; await stub.list(1).map((n) => { leaked = n; return n });
         const f = (of) => caught(() => stub.list(2).map(of));
         let inner;
         await stub.list(1).map((n) => { stub.list(1).map((it) => { inner = it; return it }); return n });
         const nest = (of, depth) => depth ? of.map((it) => nest(it, depth - 1)) : of;
         return [await f(async (n) => n), await f((n) => stub.list(n).map(async (it) => it)), await f(5),
                 await f((n) => stub.list(n).map(() => stub.echo(inner))), await f((n) => { stub.list(n).map((it) => { inner = it; return it }); return inner }),
                 await f((n) => nest(n, 15)), await f((n) => nest(n, 16)), await f((n) => stub.list(n).map((it) => { for (let i = 0; i < 999; i++) stub.echo(it) })),
                 await f(() => { throw new RangeError('mine') }), await caught(() => stub.echo(leaked)), await caught(() => leaked.x()),
                 await f((n) => { for (let i = 0; i < 1001; i++) stub.echo(n) }),
                 await caught(() => stub.list(100001).map((n) => n)), (await stub.list(2).map((n) => `${n}`)).length]",
    )
    .run()
    .await
    .expect_ok(json!([
        refused("The callback of map() must return its result, and no promise of one."),
        refused("The callback of map() must return its result, and no promise of one."),
        refused("map() takes a function."),
        outside,
        outside,
        ["no error", [0, 1]],
        ["RangeError", "At most 16 callbacks of map() may be in one another."],
        ["RangeError", "The callback of map() may make at most 1000 calls."],
        ["RangeError", "mine"],
        outside,
        outside,
        ["RangeError", "The callback of map() may make at most 1000 calls."],
        ["RangeError", "map() takes a list of at most 100000 elements."],
        2
    ]));
}

#[tokio::test]
async fn a_callback_may_map_in_turn() {
    let _ = mapping(
        "let met = 0; const own = (n) => { met += 1; return n };
         return [
            await stub.list(4).map((n) => stub.list(n).map((m) => stub.double(m).double)),
            await stub.echo([{ id: 1, tags: ['a', 'b'] }, { id: 2, tags: [] }]).map((it) => ({ id: it.id, tags: it.tags.map((tag) => [it.id, tag]) })),
            await stub.list(3).map((a) => { const x = stub.double(a), l = stub.list(a).map((b) => stub.list(2).map((c) => stub.sum(a, b, c, x.n))); return [l, x.double] }),
            await stub.echo([[1, [2]], null]).map((a) => a.map((b) => b.map((c) => [c]))),
            [(await stub.list(3).map((n) => stub.list(n).map((m) => own(m)))).flat().length, met],
            await stub.list(2).map((n) => { try { stub.list(3).map(() => { throw new Error('no') }) } catch { return [n, stub.list(1).map((m) => [m, n])] } }),
            await stub.items().map((it) => stub.list(2).map((n) => [it.name(), n]))]",
    )
    .run()
    .await
    .expect_ok(json!([
        [[], [0], [0, 2], [0, 2, 4]],
        [{ "id": 1, "tags": [[1, "a"], [1, "b"]] }, { "id": 2, "tags": [] }],
        [[[], 0], [[[2, 3]], 2], [[[4, 5], [5, 6]], 4]],
        [[[1], [[2]]], null],
        [3, 1],
        [[0, [[0, 0]]], [1, [[0, 1]]]],
        [[["item 7", 0], ["item 7", 1]], [["item 8", 0], ["item 8", 1]]]
    ]));
}

#[tokio::test]
async fn what_callbacks_map_in_turn_is_bounded_as_a_whole() {
    let _ = mapping(
        "return [(await stub.list(300).map((n) => stub.list(300).map((m) => m))).flat().length,
            await caught(() => stub.list(400).map((n) => stub.list(400).map((m) => m)))]",
    )
    .run()
    .await
    .expect_ok(json!([
        90_000,
        ["RangeError", "map() takes lists of at most 100000 elements, with those in its callback."]
    ]));
    let calls = |most: u64| {
        mapping("return (await stub.list(4).map((n) => stub.list(5).map((m) => stub.double(m)))).flat().length")
            .limits(move |limits| limits.capability_calls(most))
    };
    // Loading the child, the list and the mapping; for each element the list, the mapping of it
    // and five calls.
    let run = calls(100).run().await;
    assert_eq!((run.json(), run.0.usage.capability_calls), (json!(20), 3 + 4 * 7));
    let _ = calls(3 + 4 * 7).run().await.expect_ok(20);
    let over = calls(2 + 4 * 7).run().await;
    assert!(format!("{:?}", over.error()).contains("capability calls"), "{:?}", over.error());
}

#[tokio::test]
async fn functions_and_stubs_can_be_handed_to_each_call() {
    let _ = mapping(
        "let met = 0; const other = child(env), own = (n) => { met += n; return met };
         const got = await stub.list(3).map((n) => stub.both([n], own));
         return [got.map(([[n]]) => n), met, await stub.items().map((it) => it).then((all) => Promise.all(all.map((it) => it.name()))),
                 await stub.list(2).map((n) => other.double(n).double)]",
    )
    .run()
    .await
    .expect_ok(json!([[0, 1, 2], 3, ["item 7", "item 8"], [0, 2]]));
}

#[tokio::test]
async fn each_call_is_counted() {
    let calls = |most: u64| {
        mapping("return (await stub.list(20).map((n) => stub.double(n))).length")
            .limits(move |limits| limits.capability_calls(most))
    };
    let _ = calls(24).run().await.expect_ok(20);
    let over = calls(20).run().await;
    assert!(format!("{:?}", over.error()).contains("capability calls"), "{:?}", over.error());
}

#[tokio::test]
async fn without_the_flag_it_is_a_method_of_the_other_side() {
    const BODY: &str = "const stub = child(env);
        return [await stub.map((n) => n), await caught(() => stub.list(2).map((n) => n))]";
    let remote = json!("remote function");
    let none = json!(["TypeError", "The RPC receiver does not implement the method \"map\"."]);
    let _ = family(CHILD, BODY).run().await.expect_ok(json!([remote, none]));
    let mapped = family(CHILD, BODY).code(|code| code.map_promises(true));
    let _ = mapped.run().await.expect_ok(json!([remote, ["no error", [0, 1]]]));
}

#[tokio::test]
async fn a_worker_that_is_loaded_has_a_flag_of_its_own() {
    let _ = family_js(
        CHILD,
        "const user = `export default class extends WorkerEntrypoint {
            use(stub) { return stub.list(2).map((n) => stub.double(n)).then((it) => it.length, (e) => e.message) } }`;
         export default { async run(arg, env) {
            const use = (flags) => env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': `import { WorkerEntrypoint } from 'cloudflare:workers'; ${user}` },
                compatibilityFlags: flags }).getEntrypoint().use(child(env));
            return [await use(['rpc_promise_map']), await use([])] } }",
    )
    .run()
    .await
    .expect_ok(json!([2, "The RPC receiver does not implement the method \"map\"."]));
}
