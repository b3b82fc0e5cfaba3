//! Disposal of every kind of stub, by hand and with `using`.

use serde_json::json;

use crate::family::family_js;
use crate::harness::Case;

const CHILD: &str = "
    const disposed = [];
    class Thing extends RpcTarget { #id; constructor(id) { super(); this.#id = id } id() { return this.#id } get own() { return this.#id }
        [Symbol.dispose]() { disposed.push(this.#id) } }
    export class Named extends WorkerEntrypoint { id() { return this.ctx.props.id ?? 'named' } }
    export default class extends WorkerEntrypoint {
        make(id) { return new Thing(id) } both(a, b) { return { a: new Thing(a), b: new Thing(b), n: 1 } } id() { return 'default' }
        async late(id) { await new Promise((done) => setTimeout(done, 1)); return new Thing(id) }
        f(id) { return Object.assign(() => id) } disposed() { return disposed.splice(0) } echo(value) { return value }
        async taken(value) { value[Symbol.dispose](); const told = []; for (const use of [() => value.id(), () => value.own, () => value])
            try { await use(); told.push('no error') } catch (error) { told.push(error.message) } return told }
    };";

fn disposal(body: &str) -> Case {
    let parent = format!(
        "class Own extends RpcTarget {{ id() {{ return 'own' }} }}
         export class Export extends WorkerEntrypoint {{ id() {{ return 'export' }} }}
         export default {{ async run(arg, env, ctx) {{
            const stub = child(env), worker = load(env);
            {body}
         }} }};"
    );
    family_js(CHILD, &parent)
}

#[tokio::test]
async fn using_lets_go_of_whatever_it_is() {
    let _ = disposal(
        "const seen = [], told = [];
         { using thing = await stub.make(1); seen.push(await thing.id()); { using dup = thing.dup(); seen.push(await dup.id()) } told.push(await stub.disposed()) }
         told.push(await stub.disposed());
         { using promise = stub.late(2); seen.push(await promise.id()) }
         told.push(await stub.disposed());
         { using both = await stub.both(3, 4); seen.push(await both.a.id()) }
         told.push(await stub.disposed());
         { await using thing = await stub.make(5); seen.push(await thing.id()) }
         told.push(await stub.disposed());
         { using f = await stub.f('f'), own = new RpcStub(new Own()), named = worker.getEntrypoint('Named'), exported = ctx.exports.Export;
           seen.push(await f(), await own.id(), await named.id(), await exported.id()) }
         return [seen, told]",
    )
    .run()
    .await
    .expect_ok(json!([
        [1, 1, 2, 3, 5, "f", "own", "named", "export"],
        [[], [1], [2], [3, 4], [5]]
    ]));
}

#[tokio::test]
async fn none_of_them_can_be_used_afterwards() {
    let run = disposal(
        "const both = await stub.both(1, 2), dup = (await stub.make(3)).dup(), other = worker.getEntrypoint();
         const kinds = {
            stub: await stub.make(1), dup, inside: both.a, f: await stub.f(1), own: new RpcStub(new Own()), ownF: new RpcStub(() => 1),
            entrypoint: load(env).getEntrypoint(), named: worker.getEntrypoint('Named'), entrypointDup: other.dup(),
            props: worker.getEntrypoint('Named', { props: { id: 1 } }), exported: ctx.exports.Export({ props: {} }), env: env.OTHER };
         const told = {};
         for (const [kind, one] of Object.entries(kinds)) {
            one[Symbol.dispose](); one[Symbol.dispose]();
            const uses = [() => one.id(), () => one(), () => one.own, () => one.a.b.c(), () => one.dup(), () => stub.echo(one), () => stub.echo([one.own]), () => one.fetch('http://a')];
            told[kind] = new Set();
            for (const use of uses) told[kind].add((await caught(use)).join());
            told[kind] = [...told[kind]].join();
         }
         // What they are of is there.
         return [told, await other.id(), await both.b.id(), await ctx.exports.Export.id()]",
    )
    .env("OTHER", crate::family::lone(CHILD).worker().entrypoint().stub())
    .run()
    .await
    .json();
    let told = run[0].as_object().expect("an object");
    assert_eq!(told.len(), 12);
    for (kind, told) in told {
        assert_eq!(told, "Error,RPC stub used after being disposed.", "{kind}");
    }
    assert_eq!((&run[1], &run[2], &run[3]), (&json!("default"), &json!(2), &json!("export")));
}

#[tokio::test]
async fn nor_can_a_promise_or_what_it_comes_to() {
    let _ = disposal(
        "const told = [], uses = (one) => [() => one.id(), () => one.a.b, () => stub.echo(one), () => stub.echo(one.own)];
         const pending = stub.late(1), earlier = pending.id(), property = pending.own;
         pending[Symbol.dispose](); pending[Symbol.dispose]();
         for (const use of [...uses(pending), () => property]) told.push((await caught(use)).join());
         told.push(await earlier, await caught(async () => (await pending).id()), await stub.disposed());
         const come = stub.make(2); await come; come[Symbol.dispose]();
         for (const use of uses(come)) told.push((await caught(use)).join());
         told.push(await stub.disposed(), await stub.taken(stub.make(3)), await stub.disposed());
         // One that has failed is what it was.
         const failed = stub.none(); failed[Symbol.dispose](); told.push((await caught(() => failed))[0]);
         return told",
    )
    .run()
    .await
    .expect_ok(json!([
        "Error,RPC promise used after being disposed.",
        "Error,RPC promise used after being disposed.",
        "Error,RPC promise used after being disposed.",
        "Error,RPC promise used after being disposed.",
        "Error,RPC promise used after being disposed.",
        1,
        ["Error", "RPC stub used after being disposed."],
        [1],
        "Error,RPC stub used after being disposed.",
        "Error,RPC stub used after being disposed.",
        "Error,RPC stub used after being disposed.",
        "Error,RPC stub used after being disposed.",
        [2],
        ["RPC stub used after being disposed.", "RPC stub used after being disposed.", "RPC stub used after being disposed."],
        [3],
        "TypeError"
    ]));
}
