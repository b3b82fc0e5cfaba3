//! `ctx.exports`: a worker's stubs of its own entrypoints.

use serde_json::json;

use crate::family::{family, lone};
use crate::harness::{call, run};

#[tokio::test]
async fn exports_run_in_the_callers_own_sandbox() {
    let worker = lone(
        "let state = 0;
         export class Other extends WorkerEntrypoint { up() { return ++state } props() { return this.ctx.props } }
         export const plain = { up(arg, env, ctx) { state += arg; return [state, env.n] } };
         export default { async run(arg, env, ctx) {
            const { Other, plain } = ctx.exports;
            return [await Other.up(), await Other.up(), await plain.up(10), state, await Other.props(),
                await Other({ props: { who: 'me' } }).props(), await Other({}).props(), Object.keys(ctx.exports).sort()] } }",
    )
    .code(|code| code.env_value("n", &5))
    .worker();
    let _ = call(&worker, ()).await.expect_ok(json!([
        1, 2, [12, 5], 12, {}, { "who": "me" }, {}, ["Other", "default", "plain"]
    ]));
    let run = call(&worker, ()).await.json();
    assert_eq!(run[0], 13);
}

#[tokio::test]
async fn an_export_is_called_with_an_object_or_nothing() {
    let _ = lone(
        "export class Other extends WorkerEntrypoint { props() { return this.ctx.props } } export default { async run(arg, env, ctx) {
            const { Other } = ctx.exports, of = async (...all) => { try { return await Other(...all).props() } catch (e) { return e.name } };
            return [await of(), await of(undefined), await of(null), await of({}), await of({ props: { a: 1 } }), await of(5), await of('x')] } }",
    )
    .run()
    .await
    .expect_ok(json!([{}, {}, {}, {}, { "a": 1 }, "TypeError", "TypeError"]));
}

#[tokio::test]
async fn exports_of_the_module_are_those_of_the_context() {
    let _ = lone(
        "import { exports, env } from 'cloudflare:workers';
         export class Other extends WorkerEntrypoint { ok() { return this.env === env } }
         export default { async run(arg, given, ctx) {
            return [await exports.Other.ok(), Object.keys(exports).sort().join(), 'Other' in exports, 'None' in exports,
                typeof ctx.exports.None, typeof ctx.passThroughOnException()] } }",
    )
    .run()
    .await
    .expect_ok(json!([true, "Other,default", true, false, "undefined", "undefined"]));
}

#[tokio::test]
async fn a_child_calls_back_into_its_parent_through_an_export() {
    let parent = "export class Bank extends WorkerEntrypoint {
            pay(amount) { balance -= amount; return [this.ctx.props.account, balance] } }
        let balance = 100;
        export default { async run(arg, env, ctx) {
            const stub = child(env, { env: { BANK: ctx.exports.Bank({ props: { account: 'ann' } }), PLAIN: ctx.exports.Bank } });
            return [await stub.run(30), balance] } }";
    let _ = crate::family::family_js(
        "export default { async run(amount, env) { return [await env.BANK.pay(amount), await env.PLAIN.pay(1)] } }",
        parent,
    )
    .run()
    .await
    .expect_ok(json!([[["ann", 70], [null, 69]], 69]));
}

#[tokio::test]
async fn props_hold_whatever_may_cross() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            async run() { const { map, f, room } = this.ctx.props; return [map.get(1), await f(2), await room.name()] } }",
        "class Room extends RpcTarget { name() { return 'lobby' } }
         const props = { map: new Map([[1, 'one']]), f: (n) => n + 1, room: new Room() };
         const stub = load(env).getEntrypoint(null, { props });
         return [await stub.run(), await stub.run()]",
    )
    .run()
    .await
    .expect_ok(json!([["one", 3, "lobby"], ["one", 3, "lobby"]]));
}

#[tokio::test]
async fn a_child_cannot_choose_the_props_that_it_was_given() {
    let _ = family(
        "export default class extends WorkerEntrypoint { run() { try { this.ctx.props.who = 'root' } catch {} } read() { return this.ctx.props.who } }",
        "const stub = load(env).getEntrypoint(null, { props: { who: 'guest' } });
         await stub.run();
         return [await stub.read(), await load(env).getEntrypoint().read()]",
    )
    .run()
    .await
    .expect_ok(json!(["guest", null]));
    let worker = lone("export default { run(arg, env, ctx) { return ctx.props } }").worker();
    let with = worker
        .entrypoint()
        .props(isolet::Value::from_serialize(&json!({ "n": 1 })).expect("a value"));
    let _ = run(&with, Some("run"), ((),)).await.expect_ok(json!({ "n": 1 }));
    let _ = call(&worker, ()).await.expect_ok(json!({}));
}

#[tokio::test]
async fn a_child_has_a_context_of_its_own() {
    let _ = family(
        "import { env as bindings, exports, waitUntil } from 'cloudflare:workers';
         let calls = 0;
         export class Side extends WorkerEntrypoint { side() { return [this.ctx.props, ++calls] } }
         export default { async run(arg, env, ctx) {
            ctx.waitUntil(Promise.resolve()); waitUntil(Promise.resolve());
            return [Object.keys(ctx.exports).sort(), await ctx.exports.Side.side(), await ctx.exports.Side({ props: { z: 1 } }).side(),
                await exports.Side.side(), calls, ctx.props, typeof ctx.passThroughOnException(), bindings === env, env.A] } }",
        "const worker = load(env, CHILD, { env: { A: 5 } });
         return worker.getEntrypoint(null, { props: { p: 6 } }).run()",
    )
    .run()
    .await
    .expect_ok(json!([
        ["Side", "default"], [{}, 1], [{ "z": 1 }, 2], [{}, 3], 3, { "p": 6 }, "undefined", true, 5
    ]));
}

#[tokio::test]
async fn props_and_env_are_what_they_were_when_they_were_given() {
    let _ = family(
        "export default { run(arg, env, ctx) { return [env.n, ctx.props.n] } }",
        "const given = { n: 1 }, props = { n: 2 };
         const stub = load(env, CHILD, { env: given }).getEntrypoint(null, { props });
         given.n = props.n = 9;
         return stub.run()",
    )
    .run()
    .await
    .expect_ok([1, 2]);
}
