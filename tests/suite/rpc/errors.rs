//! Errors that pass through several sandboxes and Rust.

use isolet::{Error, Stub, Thrown};
use serde_json::json;

use crate::family::{family, family_js, with_imports};
use crate::harness::{Case, run, soon};

const THROWS: &str = "
export default class extends WorkerEntrypoint {
    fail() {
        const cause = new TypeError('the cause');
        throw Object.assign(new RangeError('failed', { cause }), { code: 'E1', detail: { n: 1 } });
    }
    custom() { class Odd extends Error { name = 'OddError' } throw new Odd('odd') }
    value(kind) { throw { text: 'text', undefined, object: { a: 1 } }[kind] }
    bad() { throw { f: Symbol() } }
    getter() { return { get x() { throw new RangeError('in a getter') } } }
    async later() { await null; throw new Error('later') }
    relay(env) { return this.env.OTHER.fail() }
};";

/// The frames of the code that threw are followed by those of the code that awaits the call.
#[tokio::test]
async fn an_error_shows_who_awaits_the_call() {
    let run = family_js(
        THROWS,
        "async function inner(stub) {
            await stub.fail();
         }
         class Agent {
            async ask(stub) { await inner(stub) }
         }
         export default { async run(arg, env) {
            const stub = child(env);
            const told = [await new Agent().ask(stub).catch((e) => e.stack)];
            told.push(await stub.value('text').catch((e) => e.stack), await stub.later().then(null, (e) => e.stack));
            try { await stub.fail().then((it) => it) } catch (e) { told.push(e.stack) }
            return told;
         } };",
    )
    .run()
    .await
    .json();
    let lines = |index: usize| -> Vec<String> {
        let stack = run[index].as_str().expect("a stack");
        stack.lines().map(|line| line.split(" (").next().unwrap_or(line).to_owned()).collect()
    };
    let run_of = |above: &[&'static str]| [above, &["    at async Object.run"]].concat();
    let agent = [
        "RangeError: failed",
        "    at default.fail",
        "    at async inner",
        "    at async Agent.ask",
    ];
    assert_eq!(lines(0), run_of(&agent), "{run}");
    assert_eq!(lines(1), run_of(&["Error: text"]), "{run}");
    assert_eq!(lines(2), run_of(&["Error: later", "    at default.later"]), "{run}");
    assert_eq!(lines(3), run_of(&agent[..2]), "{run}");
}

#[tokio::test]
async fn an_error_keeps_what_it_is_across_a_sandbox() {
    let run = family(
        THROWS,
        "try { await child(env).fail() } catch (e) {
            return [e instanceof RangeError, e.name, e.message, e.cause instanceof TypeError, e.cause.message, e.code, e.detail, e.stack] }",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], true);
    assert_eq!(run[1], "RangeError");
    assert_eq!(run[2], "failed");
    assert_eq!((&run[3], &run[4]), (&json!(true), &json!("the cause")));
    assert_eq!((&run[5], &run[6]), (&json!("E1"), &json!({ "n": 1 })));
    assert!(run[7].as_str().is_some_and(|stack| stack.contains("m.js:6:")), "{run}");
}

#[tokio::test]
async fn an_error_keeps_what_it_is_across_two_sandboxes_and_rust() {
    let leaf = Case::named("leaf.js", with_imports(THROWS)).worker();
    let middle = Case::named("middle.js", with_imports(THROWS))
        .env("OTHER", leaf.entrypoint().stub())
        .worker();
    let outer =
        Case::named("outer.js", "export default { run(arg, env) { return env.OTHER.relay() } }")
            .env("OTHER", middle.entrypoint().stub())
            .worker();
    let run = run(&outer.entrypoint(), Some("run"), ()).await;
    let exception = run.exception();
    assert_eq!((exception.name.as_str(), exception.message.as_str()), ("RangeError", "failed"));
    let stack = exception.stack.as_deref().expect("a stack");
    assert!(stack.contains("leaf.js:6:"), "{stack}");
    let chain = exception.value.error_chain();
    assert_eq!(chain.len(), 2);
    assert_eq!((chain[1].name.as_str(), chain[1].message.as_str()), ("TypeError", "the cause"));
    let json = exception.value.to_json();
    assert!(json.contains("\"code\":\"E1\"") && json.contains("\"detail\":{\"n\":1}"), "{json}");
    // Rust gets the same error from a stub.
    let stub: Stub = outer.entrypoint().stub();
    let error = soon(stub.call::<()>("run", ())).await.expect_err("it throws");
    let Error::Exception(exception) = error else { panic!("{error:?}") };
    assert!(exception.stack.is_some_and(|stack| stack.contains("leaf.js:6:")));
}

#[tokio::test]
async fn typescript_frames_show_the_authors_lines() {
    let run = family(
        "",
        "const source = 'type A = {\\n  a: number;\\n};\\nexport default {\\n  f(a: A): never {\\n    throw new Error(\"typed\");\\n  },\\n};';
         const worker = env.LOADER.load({ mainModule: 'agent.ts', modules: { 'agent.ts': source } });
         try { await worker.getEntrypoint().f() } catch (e) { return e.stack }",
    )
    .run()
    .await
    .json();
    assert!(run.as_str().is_some_and(|stack| stack.contains("agent.ts:6:")), "{run}");
}

#[tokio::test]
async fn what_is_thrown_need_not_be_an_error() {
    let run = family(
        THROWS,
        "const of = async (f) => { try { await f(child(env)); return 'no error' } catch (e) { return [e instanceof Error, e?.name, e?.message ?? e] } };
         return [await of((s) => s.value('text')), await of((s) => s.value('object')), await of((s) => s.custom()),
            await of((s) => s.later()), await of((s) => s.getter()), await of((s) => s.bad())]",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], json!([true, "Error", "text"]));
    assert_eq!(run[1], json!([false, null, { "a": 1 }]));
    assert_eq!(run[2], json!([true, "OddError", "odd"]));
    assert_eq!(run[3], json!([true, "Error", "later"]));
    assert_eq!(run[4], json!([true, "RangeError", "in a getter"]));
    assert!(run[5][2].as_str().is_some_and(|text| text.contains("cannot be cloned")), "{run}");
}

const WITH_MORE: &str = "class Foo {}
export default class extends WorkerEntrypoint {
    own() { throw Object.assign(new TypeError('boom'), { socket: new Foo(), code: 'E1' }) }
    cause() { throw new TypeError('boom', { cause: new Foo() }) }
    symbol() { throw Object.assign(new TypeError('boom'), { kind: Symbol('s') }) }
    getter() { throw Object.defineProperty(new TypeError('boom'), 'x', { enumerable: true, get() { throw new Error('no') } }) }
};";

#[tokio::test]
async fn what_cannot_cross_with_an_error_leaves_its_name_message_and_stack() {
    let run = family(
        WITH_MORE,
        "const told = [];
         for (const name of ['own', 'cause', 'symbol', 'getter']) {
            await child(env)[name]().catch((e) => told.push([e instanceof TypeError, e.name, e.message, `${e.stack}`.includes('m.js:')]));
         }
         return told",
    );
    let _ = run.run().await.expect_ok(vec![json!([true, "TypeError", "boom", true]); 4]);
    for method in ["own", "cause", "symbol", "getter"] {
        let run = Case::js(with_imports(WITH_MORE)).call(method).run().await;
        let run = run.expect_exception("TypeError", "boom");
        assert!(run.exception().stack.as_deref().is_some_and(|stack| stack.contains("main.js:")));
    }
}

#[tokio::test]
async fn what_can_cross_with_an_error_stays_beside_what_cannot() {
    let run = family(
        "let asked = 0; const disposed = []; class Foo {}
         class Held extends RpcTarget { [Symbol.dispose]() { disposed.push('held') } }
         export default class extends WorkerEntrypoint {
            throws() {
                const inner = Object.assign(new RangeError('inner', { cause: new Foo() }), { kept: 'inner' });
                const shared = { n: 1 }, foo = new Foo();
                const many = Array.from({ length: 30 }, (_, n) => ({ n }));
                const own = {
                    a: shared, b: [shared, many, new Held(), foo], c: [shared, inner], get d() { asked++; throw 1 },
                    get e() { return ++asked }, f: () => 'stub', g: many, h: new Map([[foo, 1]]) };
                const error = new AggregateError([1, foo], 'outer', { cause: { list: [inner, shared] } });
                throw Object.defineProperties(error, Object.getOwnPropertyDescriptors(own));
            }
            name() { throw Object.defineProperty(new TypeError('m'), 'name', { get() { throw 1 } }) }
            message() { throw Object.defineProperty(new TypeError('m'), 'message', { value: Symbol() }) }
            seen() { return [asked, disposed] } };",
        "const stub = child(env), error = await stub.throws().catch((e) => e), { cause } = error;
         const of = ({ name, message }) => [name, message];
         return [error instanceof AggregateError, error.message, 'errors' in error, Object.keys(error), error.a, error.e,
            await error.f(), error.g.length, error.g[29], error.c[0] === error.a, error.c[1] === cause.list[0],
            of(cause.list[0]), cause.list[0].kept, 'cause' in cause.list[0], cause.list[1] === error.a,
            of(await stub.name().catch((e) => e)), of(await stub.message().catch((e) => e)), await stub.seen()]",
    );
    let _ = run.run().await.expect_ok(json!([
        true, "outer", false, ["a", "c", "e", "f", "g", "remote"], { "n": 1 }, 2,
        "stub", 30, { "n": 29 }, true, true,
        ["RangeError", "inner"], "inner", false, true,
        ["Error", "m"], ["TypeError", ""], [2, []]
    ]));
}

struct Host;

#[isolet::capability]
impl Host {
    pub async fn fail(&self) -> Result<u32, Thrown> {
        Err(Thrown::named("HostError", "from the host"))
    }

    pub async fn relay(&self, f: Stub) -> Result<u32, Error> {
        f.call_function((1,)).await
    }
}

#[tokio::test]
async fn a_hosts_error_passes_through_a_child() {
    let _ = family(
        "export default { run(arg, env) { return env.HOST.fail() } }",
        "return caught(() => child(env, { env: { HOST: env.HOST } }).run())",
    )
    .env("HOST", Host)
    .run()
    .await
    .expect_ok(["HostError", "from the host"]);
}

#[tokio::test]
async fn a_callbacks_error_passes_through_rust() {
    let _ = Case::body(
        "try { await env.HOST.relay((n) => { throw Object.assign(new RangeError('callback ' + n), { code: 5, cause: new Error('why') }) }) }
         catch (e) { return [e.name, e.message, e.code, e.cause?.message, e.stack.includes('main.js:1:')] }",
    )
    .env("HOST", Host)
    .run()
    .await
    .expect_ok(json!(["RangeError", "callback 1", 5, "why", true]));
}

#[tokio::test]
async fn an_error_that_nobody_catches_in_the_parent_is_the_childs() {
    let run = family(THROWS, "return child(env).fail()")
        .run()
        .await
        .expect_exception("RangeError", "failed");
    let stack = run.exception().stack.clone().expect("a stack");
    assert!(stack.contains("m.js:6:"), "{stack}");
}

#[tokio::test]
async fn the_stack_of_rewritten_typescript_names_what_the_author_wrote() {
    let stack = family(
        "",
        "const source = `enum Colour { Red, Green }\n\nexport default {\n  fail(): number {\n    throw new Error('mine');\n  },\n};\n`;
         const child = env.LOADER.load({ mainModule: 'a.ts', modules: { 'a.ts': source } });
         try { await child.getEntrypoint().fail() } catch (error) { return error.stack }",
    )
    .run()
    .await
    .json();
    assert!(stack.as_str().is_some_and(|stack| stack.contains("(a.ts:5:")), "{stack}");
}
