//! Calls between sandboxes: what may be called, what crosses, what is refused.

mod broken;
mod classes;
mod disposal;
mod errors;
mod exports;
mod lifetimes;
mod map;
mod order;
mod promises;
mod scopes;

use isolet::{Engine, Value};
use serde_json::json;

use crate::family::{family, lone};
use crate::harness::{config, run, soon};

#[tokio::test]
async fn a_class_entrypoint_gets_its_context_environment_and_all_arguments() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            constructor(ctx, env) { super(ctx, env); this.had = [ctx === this.ctx, env === this.env] }
            all(...args) { return [args, this.had, this.env.n, typeof this.ctx.waitUntil, this.ctx.props] } };
         export class Named extends WorkerEntrypoint { async who() { return this.ctx.props.who } };",
        "const worker = load(env, CHILD, { env: { n: 5 } });
         return [await worker.getEntrypoint().all(1, 'two', [3]), await worker.getEntrypoint().all(),
                 await worker.getEntrypoint('Named', { props: { who: 'bob' } }).who()]",
    )
    .run()
    .await
    .expect_ok(json!([
        [[1, "two", [3]], [true, true], 5, "function", {}],
        [[], [true, true], 5, "function", {}],
        "bob"
    ]));
}

#[tokio::test]
async fn a_plain_objects_handlers_get_one_argument_env_and_ctx() {
    const WRONG: &str = "Attempted to call RPC function \"f\" with the wrong number of arguments. When calling a top-level handler function that is not declared as part of a class, you must always send exactly one argument. In order to support variable numbers of arguments, the server must use class-based syntax (extending WorkerEntrypoint) instead.";
    let _ = family(
        "export default { f(arg, env, ctx) { return [arg === undefined, env.n, ctx.props.p] } }",
        "const stub = load(env, CHILD, { env: { n: 5 } }).getEntrypoint(null, { props: { p: 6 } });
         return [await stub.f(1), await stub.f(), await caught(() => stub.f(1, 2))]",
    )
    .run()
    .await
    .expect_ok(json!([[false, 5, 6], [true, 5, 6], ["TypeError", WRONG]]));
}

#[tokio::test]
async fn what_structured_clone_knows_crosses_both_ways() {
    let _ = family(
        "export default class extends WorkerEntrypoint { echo(value) { return value } }",
        "const shared = { n: 1 }, buffer = new Uint8Array([1, 2, 3, 4]).buffer;
         const value = { u: undefined, n: null, big: -(2n ** 70n), nan: NaN, zero: -0, date: new Date(7),
            re: /a+/gi, map: new Map([[shared, 'v']]), set: new Set([shared]), err: new RangeError('r', { cause: shared }),
            buffer, view: new Uint16Array(buffer, 2, 1), data: new DataView(buffer, 1), list: [shared, , 3], text: 'é\\u{1F600}' };
         value.self = value;
         const got = await child(env).echo(value);
         const key = [...got.map.keys()][0];
         return ['u' in got && got.u === undefined, got.n === null, got.big === value.big, Number.isNaN(got.nan), Object.is(got.zero, -0),
            got.date instanceof Date && got.date.getTime() === 7, got.re.source + got.re.flags, got.set.has(key), got.list[0] === key,
            got.err instanceof RangeError && got.err.cause === key, got.view.buffer === got.buffer, got.view.length, got.data.byteOffset,
            got.list.length === 3 && !(1 in got.list), got.text === value.text, got.self === got, got !== value]
            .map((value, index) => value === true ? true : [index, value])",
    )
    .run()
    .await
    .expect_ok(json!([
        true, true, true, true, true, true, [6, "a+gi"], true, true, true, true, [11, 1], [12, 1], true, true,
        true, true
    ]));
}

#[tokio::test]
async fn errors_of_every_kind_cross() {
    let _ = family(
        "export default class extends WorkerEntrypoint { echo(value) { return value } throws(value) { throw value } }",
        "const stub = child(env), kinds = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
         const errors = [...kinds.map((Kind) => new Kind('m')), new AggregateError([new Error('a'), 'b'], 'm')];
         const same = (error, got) => got.constructor === error.constructor && got.name === error.name && got.message === 'm';
         const seen = [];
         for (const error of errors) {
            seen.push(same(error, await stub.echo(error)), same(error, await stub.throws(error).catch((thrown) => thrown)));
         }
         const both = await stub.echo(errors.at(-1));
         return [seen.length, seen.every((it) => it), both.errors[0].message, both.errors[1]]",
    )
    .run()
    .await
    .expect_ok(json!([16, true, "a", "b"]));
}

#[tokio::test]
async fn a_dom_exception_stays_one() {
    let _ = family(
        "export default class extends WorkerEntrypoint { echo(value) { return value } throws(value) { throw value } }",
        "const stub = child(env), given = new DOMException('m', 'AbortError');
         const of = (e) => [e instanceof DOMException, e instanceof Error, e.name, e.message, e.code];
         const cause = async (e) => (await stub.echo(new Error('outer', { cause: e }))).cause;
         const same = (a, b) => a.stack.startsWith(b.stack) && b.stack.startsWith('AbortError: m\\n    at Object.run (main.js:');
         const thrown = await stub.throws(given).catch((e) => e), plain = new Error('m');
         plain.name = 'AbortError';
         return [of(await stub.echo(given)), of(thrown), of(await cause(given)), of(structuredClone(given)),
            same(thrown, given), same(structuredClone(given), given), of(await stub.echo(plain)),
            of(await stub.echo(new DOMException('m', 'SyntaxError'))),
            of(await stub.echo(() => Symbol()).then((f) => f()).catch((e) => e)).slice(0, 3)]",
    )
    .run()
    .await
    .expect_ok(json!([
        [true, true, "AbortError", "m", 20],
        [true, true, "AbortError", "m", 20],
        [true, true, "AbortError", "m", 20],
        [true, true, "AbortError", "m", 20],
        true,
        true,
        [false, true, "AbortError", "m", null],
        [true, true, "SyntaxError", "m", 12],
        [true, true, "DataCloneError"]
    ]));
}

#[tokio::test]
async fn views_of_every_kind_cross_between_sandboxes() {
    let _ = family(
        "export default class extends WorkerEntrypoint { echo(value) { return value } }",
        "const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
            Float16Array, Float32Array, Float64Array];
         const views = [...kinds.map((Kind) => Kind.of(1, 2)), BigInt64Array.of(1n, 2n), BigUint64Array.of(1n, 2n)];
         const got = await child(env).echo(views);
         return got.map((view, n) => view.constructor === views[n].constructor && view.join() === '1,2' && view.buffer !== views[n].buffer)",
    )
    .run()
    .await
    .expect_ok([true; 12]);
}

#[tokio::test]
async fn what_is_no_data_and_no_stub_does_not_cross() {
    let text = |name: &str| {
        json!([
            "DataCloneError",
            format!(
                "Could not serialize object of type \"{name}\". This type does not support serialization."
            )
        ])
    };
    let run = family(
        "class Foo {} export default class extends WorkerEntrypoint {
            echo(value) { return value } foo() { return new Foo() } }",
        "class Foo {} const stub = child(env);
         return [await caught(() => stub.echo(new Foo())), await caught(() => stub.foo()),
                 await caught(() => stub.echo([{ deep: new Foo() }])), await caught(() => stub.echo(new WeakMap())),
                 (await caught(() => stub.echo(Object.create(null))))[0], (await caught(() => stub.echo(Symbol('s'))))[0],
                 (await caught(() => stub.echo(Promise.resolve(1))))[0]]",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], text("Foo"));
    assert_eq!(run[1], text("Foo"));
    assert_eq!(run[2], text("Foo"));
    assert_eq!(run[3], text("WeakMap"));
    for index in 4..7 {
        assert_eq!(run[index], "DataCloneError", "{index}: {run}");
    }
}

#[tokio::test]
async fn the_refusal_names_what_it_was() {
    let body = "const stub = child(env), told = [];
         for (const value of [Symbol('s'), Object.create(null), Object.create({}), Promise.resolve(1), new WeakRef({}), new URL('http://a'), load(env)]) {
            told.push(await caught(() => stub.echo(value)), await caught(() => stub.echo(new Map([[value, 1]]))));
         }
         return told";
    let told = family(
        "export default class extends WorkerEntrypoint { echo(value) { return value } }",
        body,
    )
    .run()
    .await
    .json();
    let names = ["Symbol", "Object", "Object", "Promise", "WeakRef", "URL", "WorkerStub"];
    for (index, name) in names.iter().enumerate() {
        let text = format!(
            "Could not serialize object of type \"{name}\". This type does not support serialization."
        );
        for at in [2 * index, 2 * index + 1] {
            assert_eq!(told[at], json!(["DataCloneError", text]), "{at}");
        }
    }
}

#[tokio::test]
async fn only_methods_and_getters_of_a_class_can_be_seen() {
    let run = family(
        "class Base extends RpcTarget { inherited() { return 'inherited' } }
         class Target extends Base {
            #secret = 1; own = 2; fn = () => 3;
            method() { return 'method ' + this.#secret + this.own } get getter() { return 'getter' }
            dup() { return 'never' } static stat() {} #hidden() { return 5 } set only(_) {} }
         export default class extends WorkerEntrypoint {
            mine = 1; target() { return new Target() } method() { return 'method' } get getter() { return 'getter' } };",
        "const stub = child(env), target = await stub.target();
         const of = (root, name) => caught(() => root[name]());
         const read = (root, name) => caught(async () => await root[name]);
         return {
            seen: [await target.method(), await target.getter, await target.inherited(), await stub.method(), await stub.getter],
            unseen: [await of(target, 'own'), await read(target, 'own'), await of(target, 'fn'), await of(target, 'secret'),
                await of(target, 'hidden'), await of(target, 'stat'), await of(stub, 'mine'), await of(stub, 'env'), await of(stub, 'ctx'), await of(stub, 'none')],
            wrong: await of(target, 'getter'),
            dup: typeof target.dup(), constructor: await read(stub.target(), 'constructor').then(([name]) => name) }",
    )
    .run()
    .await
    .json();
    assert_eq!(run["seen"], json!(["method 12", "getter", "inherited", "method", "getter"]));
    for (index, name) in
        ["own", "own", "fn", "secret", "hidden", "stat", "mine", "env", "ctx", "none"]
            .iter()
            .enumerate()
    {
        let text = format!("The RPC receiver does not implement the method \"{name}\".");
        assert_eq!(run["unseen"][index], json!(["TypeError", text]));
    }
    assert_eq!(run["wrong"], json!(["TypeError", "\"getter\" is not a function."]));
    assert_eq!(run["dup"], "function");
}

#[tokio::test]
async fn what_an_instance_has_under_a_name_of_its_class_cannot_be_seen() {
    let run = family(
        "class Target extends RpcTarget {
            token() { return 'method' } get lazy() { return 'getter' }
            constructor() { super(); this.token = 'own'; Object.defineProperty(this, 'lazy', { value: 'own' }) } }
         export default class extends WorkerEntrypoint { target() { return new Target() } env() { return 'method' } }",
        "const stub = child(env, { env: { KEY: 'k' } }), target = await stub.target();
         const of = async (root, name) => [await caught(async () => await root[name]), await caught(() => root[name]())];
         return [...await of(target, 'token'), ...await of(target, 'lazy'), ...await of(stub, 'env')]",
    )
    .run()
    .await
    .json();
    for (index, name) in ["token", "token", "lazy", "lazy", "env", "env"].iter().enumerate() {
        let text = format!("The RPC receiver does not implement the method \"{name}\".");
        assert_eq!(run[index], json!(["TypeError", text]), "{run}");
    }
}

#[tokio::test]
async fn nor_can_what_an_instance_further_down_has() {
    let told = family(
        "class Plain { open = 'own'; method() { return 1 } }
         class Target extends RpcTarget {
            0 = 'own'; get 1() { return 'getter' }
            get data() { return { list: ['seen'], secret: new Plain() } } get plain() { return new Plain() }
            get proxy() { return new Proxy(this, {}) } method() { return 'method' }
            get odd() { return Object.setPrototypeOf({}, new Proxy({}, { getPrototypeOf() { throw new RangeError('asked') } })) } }
         export default class extends WorkerEntrypoint { target() { return new Target() } }",
        "const target = await child(env).target(), of = (f) => caught(async () => await f());
         return [await of(() => target.data.list[0]), await of(() => target[1]), await of(() => target.proxy.method()),
            await of(() => target[0]), await of(() => target.proxy[0]), await of(() => target.plain.open),
            await of(() => target.plain.method()), await of(() => target.data.secret.open), await of(() => target.odd.x)]",
    )
    .run()
    .await
    .json();
    for (index, seen) in ["seen", "getter", "method"].iter().enumerate() {
        assert_eq!(told[index], json!(["no error", seen]));
    }
    for (index, name) in ["0", "0", "plain", "plain", "secret"].iter().enumerate() {
        let text = format!("The RPC receiver does not implement the method \"{name}\".");
        assert_eq!(told[index + 3], json!(["TypeError", text]), "{told}");
    }
    assert_eq!(told[8], json!(["RangeError", "asked"]));
}

#[tokio::test]
async fn nor_can_rust_see_it() {
    let stub = lone("export default class extends WorkerEntrypoint { env() { return 'method' } }")
        .code(|code| code.env_value("KEY", "k"))
        .worker()
        .entrypoint()
        .stub();
    let error = soon(stub.get::<Value>("env")).await.expect_err("it is the instance's own");
    let text = "The RPC receiver does not implement the method \"env\".";
    assert!(error.to_string().contains(text), "{error}");
}

#[tokio::test]
async fn rust_sees_no_more_than_another_sandbox_does() {
    let worker = lone(
        "export default class extends WorkerEntrypoint {
            mine = () => 1; #secret() {} method() { return this.#secret() ?? 'ok' } get value() { return 5 } }",
    )
    .worker();
    let entrypoint = worker.entrypoint();
    let _ = run(&entrypoint, Some("method"), ()).await.expect_ok("ok");
    for name in
        ["mine", "#secret", "secret", "constructor", "dup", "env", "toString", "__proto__", "none"]
    {
        let text = format!("The RPC receiver does not implement the method \"{name}\".");
        let run = run(&entrypoint, Some(name), ()).await.expect_exception("TypeError", &text);
        assert_eq!(run.exception().message, text);
    }
    let _ = run(&entrypoint, Some("value"), ())
        .await
        .expect_exception("TypeError", "\"value\" is not a function.");
}

#[tokio::test]
async fn a_plain_objects_own_properties_are_data_and_its_functions_stubs() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            get() { let n = 0; return { n: 5, deep: { add: (by) => n += by }, list: [() => 'in a list'] } } }",
        "const got = await child(env).get();
         return [got.n, await got.deep.add(2), await got.deep.add(3), await got.list[0](), await child(env).get().deep.add(7)]",
    )
    .run()
    .await
    .expect_ok(json!([5, 2, 5, "in a list", 7]));
}

#[tokio::test]
async fn functions_cross_as_stubs_and_call_back() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            async each(list, f) { const out = []; for (const item of list) out.push(await f(item, out.length)); return out } }",
        "let calls = 0; const base = 100;
         return [await child(env).each([1, 2, 3], (item, index) => { calls++; return base + item * index }), calls]",
    )
    .run()
    .await
    .expect_ok(json!([[100, 102, 106], 3]));
}

#[tokio::test]
async fn a_stub_can_be_passed_on_and_comes_home_as_a_stub() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            echo(value) { return value } call(f, n) { return f(n) }
            relay(other, f, n) { return other.call(f, n) } counter() { return new (class extends RpcTarget { #n = 0; up() { return ++this.#n } }) } }",
        "const [a, b, c] = [child(env), child(env), child(env)];
         const f = (n) => n + 1;
         const counter = await a.counter();
         const [home, back] = [await b.echo(f), await b.echo(counter)];
         return [await a.relay(b, f, 1), await a.call(await b.echo(f), 2), await home(3), typeof home,
                 await back.up(), await counter.up(), await c.echo(back).up()]",
    )
    .run()
    .await
    .expect_ok(json!([2, 3, 4, "function", 1, 2, 3]));
}

#[tokio::test]
async fn a_path_of_64_names_is_followed_and_one_of_65_is_not() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            get me() { return new (class Me extends RpcTarget { get me() { return new Me() } end() { return 'end' } }) } }",
        "const of = (depth) => caught(() => { let at = child(env); for (let i = 1; i < depth; i++) at = at.me; return at.end() });
         return [await of(64), await of(65), await of(1000)]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["no error", "end"],
        ["TypeError", "RPC pipelined property path is too deep (max 64)."],
        ["TypeError", "RPC pipelined property path is too deep (max 64)."]
    ]));
}

#[tokio::test]
async fn a_message_is_at_most_32_mebibytes_there_and_back() {
    let engine = Engine::with_config(config().max_sandboxes(4).max_memory_bytes(512 << 20));
    let run = family(
        "export default class extends WorkerEntrypoint {
            size(bytes) { return bytes.length } make(length) { return new Uint8Array(length) } }",
        "const stub = child(env), most = (32 << 20) - 100;
         return [await stub.size(new Uint8Array(most)), (await stub.make(most)).length,
                 await caught(() => stub.size(new Uint8Array(32 << 20))), await caught(() => stub.make(32 << 20))]",
    )
    .engine(&engine.expect("an engine"))
    .limits(|limits| limits.memory_bytes(512 << 20))
    .run()
    .await
    .json();
    assert_eq!((&run[0], &run[1]), (&json!((32 << 20) - 100), &json!((32 << 20) - 100)));
    for index in [2, 3] {
        let text = run[index][1].as_str().expect("text");
        let bytes = text
            .strip_prefix("Serialized RPC arguments or return values are limited to 32MiB, but the size of this value was: ")
            .and_then(|rest| rest.strip_suffix(" bytes."))
            .unwrap_or_else(|| panic!("{text}"));
        assert!(
            (33_554_433..33_554_500).contains(&bytes.parse::<u32>().expect("a number")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_constructor_that_throws_fails_the_call() {
    let _ = family(
        "export default class extends WorkerEntrypoint { constructor(...args) { super(...args); throw new RangeError('no') } f() {} }",
        "return [await caught(() => child(env).f()), await caught(() => child(env).f())]",
    )
    .run()
    .await
    .expect_ok(json!([["RangeError", "no"], ["RangeError", "no"]]));
}

#[tokio::test]
async fn each_call_of_a_class_entrypoint_gets_an_instance_of_its_own() {
    let _ = lone(
        "let made = 0; export default class extends WorkerEntrypoint { id = ++made; calls = 0; run() { return [this.id, ++this.calls] }
            async twice() { return [await this.ctx.exports.default.run(), await this.ctx.exports.default.run()] } }",
    )
    .call("twice")
    .run()
    .await
    .expect_ok(json!([[2, 1], [3, 1]]));
}

#[tokio::test]
async fn the_module_of_the_vendor_and_isolets_own_are_one() {
    let _ = lone(
        "import * as theirs from 'cloudflare:workers'; import * as ours from 'isolet:workers';
         export default { run(arg, env) {
            const names = ['WorkerEntrypoint', 'RpcTarget', 'RpcStub', 'waitUntil', 'DurableObject', 'getDurableObjectClass', 'connect'];
            const refused = [() => new theirs.DurableObject(), () => theirs.getDurableObjectClass(), () => theirs.connect('x:1')]
                .map((f) => { try { f(); return 'no error' } catch (e) { return e.message } });
            return [names.every((name) => typeof theirs[name] === 'function' && theirs[name] === ours[name]),
                typeof theirs.exports, theirs.env.n === 5, refused] } }",
    )
    .code(|code| code.env_value("n", &5))
    .run()
    .await
    .expect_ok(json!([
        true,
        "object",
        true,
        [
            "DurableObject is not supported by this runtime.",
            "getDurableObjectClass is not supported by this runtime.",
            "This worker is not permitted to access the internet via global functions like connect(). It must use capabilities (such as bindings in 'env') to talk to the outside world."
        ]
    ]));
}
