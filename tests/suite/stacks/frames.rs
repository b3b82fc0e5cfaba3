//! The contents of stacks, and the interface of V8 that libraries read them through.

use serde_json::json;

use super::{assert_inside, position, text};
use crate::family::family;
use crate::harness::Case;

#[tokio::test]
async fn past_an_await_stand_those_that_wait() {
    let source = "\
async function inner(): Promise<never> {
  await null;
  throw new Error('x');
}

const middle = async (): Promise<never> => {
  return await inner();
};

class Outer {
  async run(): Promise<string> {
    try {
      await middle();
    } catch (error) {
      return (error as Error).stack!;
    }
  }
}

export default {
  async run(): Promise<unknown> {
    const caught = await new Outer().run();
    await null;
    Error.prepareStackTrace = (_: Error, sites: any[]) => sites;
    const sites = (await (async function last() {
      await null;
      return new Error().stack;
    })()) as any;
    return [caught, sites.map((site: any) => [site.getFunctionName(), site.isAsync(), String(site)])];
  },
};
";
    let run = Case::ts(source).run().await.json();
    let stack = text(&run[0]);
    assert_inside(stack, "inner", source, "new Error('x')");
    for (function, needle) in
        [("async middle", "await inner()"), ("async Outer.run", "await middle()")]
    {
        let frame = format!("    at {function} (main.ts:{})", position(source, needle));
        assert!(stack.contains(&frame), "no {frame}:\n{stack}");
    }
    let frame =
        format!("    at async Object.run (main.ts:{})", position(source, "await new Outer()"));
    assert!(stack.contains(&frame), "no {frame}:\n{stack}");
    let last = format!("last (main.ts:{})", position(source, "new Error().stack"));
    let awaiting =
        format!("async Object.run (main.ts:{})", position(source, "await (async function last"));
    assert_eq!(run[1], json!([["last", false, last], ["run", true, awaiting]]));
}

/// Each way leads through a promise that becomes what another one does.
#[tokio::test]
async fn a_promise_that_takes_over_another_hides_nobody() {
    let source = "\
const thrower = async () => { for (let i = 0; i < 9; i++) await null; return new Error('x').stack };
class Own extends Promise {}
const ways = {
  returned: () => (async () => thrower())(),
  resolved: () => new Promise((resolve) => resolve(thrower())),
  then: () => Promise.resolve().then(() => thrower()),
  chained: () => thrower().finally(() => {}).catch(() => {}).then((it) => it),
  raced: () => Promise.race([thrower()]),
  any: () => Promise.any([thrower()]),
  tried: () => Promise.try(() => thrower()),
  later: () => { const it = Promise.withResolvers(); thrower().then(it.resolve); return it.promise },
  thenable: () => ({ then(resolve, reject) { thrower().then(resolve, reject) } }),
  own: () => Own.resolve(thrower()),
};
export default { async run() {
  const hidden = [];
  for (const [name, way] of Object.entries(ways)) {
    const stack = await (async function waits() { return await way() })();
    if (!/at async waits [^]*at async Object.run /.test(stack)) hidden.push(`${name}: ${stack}`);
  }
  return hidden;
} };";
    let _ = Case::js(source).run().await.expect_ok(json!([]));
}

#[tokio::test]
async fn a_circle_of_waiting_functions_ends() {
    let run = Case::body(
        "const [a, b] = [Promise.withResolvers(), Promise.withResolvers()];
         const f = async () => { await a.promise; return new Error().stack };
         const one = f();
         const all = Promise.all([one, one, (async () => { await one })()]);
         a.resolve();
         return (await all)[0].split('\\n').length",
    )
    .run()
    .await;
    let _ = run.expect_ok(2);
}

#[tokio::test]
async fn frames_of_the_engines_own_scripts_are_hidden() {
    let run = Case::body(
        "const stacks = [];
         const keep = () => stacks.push(new Error().stack);
         queueMicrotask(keep); setTimeout(keep); new EventTarget().dispatchEvent(new Event('x'));
         const target = new EventTarget(); target.addEventListener('x', keep); target.dispatchEvent(new Event('x'));
         const stream = new ReadableStream({ start: keep, pull(c) { keep(); c.close() } });
         for await (const _ of stream);
         try { new URL('::') } catch (error) { stacks.push(error.stack) }
         await new Promise((resolve) => setTimeout(resolve, 1));
         Error.prepareStackTrace = (_, sites) => sites;
         const sites = await new Promise((resolve) => queueMicrotask(() => resolve(new Error().stack)));
         return [stacks.length, stacks.filter(stack => stack.includes('isolet:')), sites.map(site => site.getFileName())]",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([6, [], ["main.js"]]));
}

#[tokio::test]
async fn call_sites_are_those_of_v8_and_give_nothing_away() {
    let run = Case::js(
        "import sloppy from './sloppy.cjs';
         export default { run() {
            Error.prepareStackTrace = (_, sites) => sites;
            function strict() { return new Error().stack }
            class Made { constructor() { this.sites = [1].map(() => new Error().stack)[0] } }
            const told = (site) => [site.getFunctionName(), site.getFileName(), site.isNative(), site.isConstructor(),
                site.isEval(), site.isAsync(), site.isToplevel(), site.isPromiseAll(), site.getThis() === undefined,
                typeof site.getFunction(), site.getTypeName(), site.getMethodName(), site.getEvalOrigin() === undefined];
            const native = new Made().sites;
            return [told(strict()[0]), told(native[1]), told(native[2]), told(sloppy()[0]),
                String(native[1]), /^new Made \\(main.js:\\d+:\\d+\\)$/.test(native[2]),
                Object.keys(strict()[0]), strict().length <= Error.stackTraceLimit];
         } };",
    )
    .file("sloppy.cjs", "module.exports = function sloppy() { return new Error().stack }")
    .run()
    .await;
    #[rustfmt::skip]
    let _ = run.expect_ok(json!([
        ["strict", "main.js", false, false, false, false, true, false, true, "undefined", null, null, true],
        ["map", null, false, false, false, false, false, false, true, "undefined", "Array", "map", true],
        ["Made", "main.js", false, true, false, false, false, false, true, "undefined", null, null, true],
        ["sloppy", "sloppy.cjs", false, false, false, false, true, false, true, "function", null, null, true],
        "Array.map (<anonymous>)",
        true,
        [],
        true
    ]));
}

#[tokio::test]
async fn capture_stack_trace_begins_below_its_function() {
    let run = Case::body(
        "const names = (stack) => stack.split('\\n').slice(1).filter(Boolean).map(line => line.trim().split(' ')[1]);
         const target = {};
         function skipped() { Error.captureStackTrace(target, skipped) }
         function between() { skipped() }
         function user() { between(); return names(target.stack) }
         class Mine extends Error { constructor() { super('m'); Error.captureStackTrace(this, Mine) } }
         function make() { return names(new Mine().stack) }
         const below = user(), made = make();
         Error.captureStackTrace(target, () => {});
         const elsewhere = target.stack;
         Error.captureStackTrace(target);
         const plain = names(target.stack);
         const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(target, 'stack');
         Error.stackTraceLimit = 1;
         const limited = user();
         Error.stackTraceLimit = 0;
         const none = new Error().stack;
         return [below.slice(0, 3), made[0], elsewhere, plain[0], [enumerable, writable, configurable], limited, none]",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([
        ["between", "user", "Object.run"],
        "make",
        "Error",
        "Object.run",
        [false, true, true],
        ["between"],
        "Error"
    ]));
}

#[tokio::test]
async fn columns_point_at_what_is_called() {
    let source = "\
function fail(...all) { throw new RangeError('x') }
const o = { inner: { fail, none: {} } };
const frames = [
  () => o.inner.fail(o.inner, [1, 2].map((x) => x)),
  () => fail(o.inner.none, 1),
  () => new o.inner.None(o.inner, 1),
  () => new   fail(o.inner.none),
  () => o.inner.none.missing.further,
  () => o.inner.none.missing(1, o.inner),
  () => [1].forEach(() => o.inner),
  () => fail(...[o.inner.none]),
];
export default { run: () => frames.map((f) => {
  try { f(); } catch (error) {
    return error.stack.split('\\n').slice(1).filter((line) => !/\\bfail /.test(line))[0].trim();
  }
}) };
";
    let run = Case::js(source).run().await.json();
    for (index, line, needle) in [
        (0, 4, "fail(o.inner, ["),
        (1, 5, "fail(o.inner.none, 1)"),
        (2, 6, "new o.inner.None"),
        (3, 7, "new   fail"),
        (4, 8, "further"),
        (5, 9, "missing(1"),
        (7, 11, "fail(...["),
    ] {
        let place = position(source, needle);
        assert!(place.starts_with(&format!("{line}:")), "{needle} {place}");
        assert_eq!(run[index], format!("at main.js:{place}"), "{needle}");
    }
}

/// As in V8, the stack begins with the name and the message that the error has when its stack is
/// read for the first time.
#[tokio::test]
async fn the_name_and_the_message_come_first() {
    let run = Case::body(
        "const first = (error) => error.stack.slice(0, error.stack.indexOf('    at '));
         class Late extends Error { constructor(m) { super(m); this.name = 'Late' } }
         class Low extends TypeError {} Low.prototype.name = 'Low';
         const thrown = (f) => { try { f() } catch (error) { return error } };
         const target = { name: 'Target', message: 'm' };
         Error.captureStackTrace(target);
         class Counted extends Error { get name() { counted++ } get message() { counted++ } }
         let counted = 0;
         const changed = new Error('before'); changed.message = 'after';
         const read = new Error('read'); read.stack; read.message = 'later';
         const counting = new Counted(), early = counted, getters = first(counting);
         const copy = structuredClone(new RangeError('far'));
         return [first(new Error('two\\nlines')), first(new Error()), first(new Late('l')), first(new Low('p')),
             first(thrown(() => null.x)), first(thrown(() => JSON.parse('{'))), first(target), first(changed), first(read), getters, early, counted, first(counting), counted,
             first(copy), copy.stack.split('RangeError').length, first(structuredClone(copy))]",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([
        "Error: two\nlines\n",
        "Error\n",
        "Late: l\n",
        "Low: p\n",
        "TypeError: Cannot read properties of null (reading 'x')\n",
        "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)\n",
        "Target: m\n",
        "Error: after\n",
        "Error: read\n",
        "Error\n",
        0,
        2,
        "Error\n",
        2,
        "RangeError: far\n",
        2,
        "RangeError: far\n"
    ]));
}

/// An error that was thrown elsewhere has them too. An error that is printed or passed to Rust has
/// them once.
#[tokio::test]
async fn the_name_and_the_message_are_there_once() {
    let child = "export default { fail() { class Odd extends Error {} const error = new Odd('o'); error.name = 'Odd'; throw error } };";
    let run = family(
        child,
        "try { await child(env).fail() } catch (error) {
             console.log(error);
             const own = new Error('own'); own.name = 'Own'; console.log(own);
             const told = new Error('told'); told.stack = 'mine\\n    at all'; console.log(told);
             return error.stack.split('\\n')[0];
         }",
    )
    .run()
    .await
    .expect_ok("Odd: o");
    let logs = run.logs();
    assert!(logs[0].starts_with("Odd: o\n    at Object.fail (m.js:"), "{logs:?}");
    assert!(logs[1].starts_with("Own: own\n    at Object.run"), "{logs:?}");
    assert!(logs[2].starts_with("mine\n    at all"), "{logs:?}");
}

/// The frames are those of the engine, whatever the message contains.
#[tokio::test]
async fn frames_in_a_message_are_none() {
    let run = Case::body(
        "const inner = new Error('inner');
         const outer = new Error(`Failed: ${inner.stack}`);
         const faked = new Error('a\\n    at evil (secret.js:1:1)\\nrest');
         const count = (text) => text.split('    at ').length - 1;
         console.log(outer); console.log(faked);
         Error.prepareStackTrace = (error, sites) => `${error}\\n  -> ${sites.length > 0} frames`;
         const custom = new Error('x'); const copy = structuredClone(custom);
         Error.prepareStackTrace = undefined;
         console.log(custom);
         return [count(structuredClone(outer).stack) === count(outer.stack), count(structuredClone(faked).stack) === count(faked.stack), copy.stack, custom.stack]",
    )
    .run()
    .await
    .expect_ok(json!([true, true, "Error: x\n  -> true frames", "Error: x\n  -> true frames"]));
    let logs = run.logs();
    assert_eq!(logs[0].matches("    at Object.run").count(), 2, "{logs:?}");
    assert_eq!(
        (logs[1].matches("evil").count(), logs[1].matches("    at Object.run").count()),
        (1, 1)
    );
    assert_eq!(logs[2], "Error: x\n  -> true frames");
}

/// The result of Error.prepareStackTrace is the stack from the first read on, as in V8.
#[tokio::test]
async fn stacks_are_prepared_when_they_are_first_read() {
    let run = Case::body(
        "const prepare = (f) => { Error.prepareStackTrace = f };
         const results = {}; let calls = 0;
         const counting = (error, sites) => `${++calls} ${sites[0].getFunctionName()}`;
         const made = function made() { return new Error('m') };
         const captured = function captured(target = {}) { Error.captureStackTrace(target); return target };
         // Set after the error was made, and unset before it is read.
         let e = made(), c = captured(); prepare(counting);
         results.late = [calls, e.stack, e.stack, c.stack, c.stack, calls];
         e = made(); c = captured(); prepare(undefined);
         results.unset = [e.stack.split('\\n')[0], c.stack.split('\\n')[0], calls];
         // Written before it is read, and captured anew.
         prepare(counting); e = made(); e.stack = 'w'; c = captured(); c.stack = 5;
         const again = captured(made()); captured(again); results.written = [e.stack, c.stack, calls, again.stack, calls];
         c = captured(); Object.defineProperty(c, 'stack', { value: 7 }); results.defined = [c.stack, calls];
         // A thrown value comes out of the read, and the next read tries again.
         prepare(() => { throw new RangeError('no') });
         e = made(); c = captured();
         results.thrown = [e, c, e, c].map((it) => { try { return it.stack } catch (error) { return error.message } });
         prepare(undefined); results.then = [e, c].map((it) => it.stack.split('\\n')[0]);
         // Stacks that are read inside are texts.
         prepare((error) => [error.stack.split('\\n')[0], new Error('inner').stack.split('\\n')[0]]);
         e = made(); c = captured(); results.inside = [e.stack, e.stack, c.stack, c.stack];
         prepare((error) => { delete error.stack; Object.defineProperty(error, 'stack', { value: 'own', configurable: true }); return 'returned' });
         c = captured(); results.redefined = c.stack;
         prepare((error) => { for (let i = 0; i < 100; i++) error['p' + i] = i; return 'grown' });
         c = captured(); results.grown = [c.stack, c.p99, c.stack];
         prepare(() => 'descriptor'); c = captured(); results.descriptor = Object.getOwnPropertyDescriptor(c, 'stack');
         c = Object.freeze(captured()); results.frozen = [c.stack, Object.isFrozen(c)];
         prepare(undefined);
         results.refused = [Object.freeze({}), Object.preventExtensions(new Error())].map((it) => { try { captured(it); return 'kept' } catch (error) { return error.name } });
         Error.stackTraceLimit = 'no number'; e = made(); c = captured(); Error.stackTraceLimit = 10; prepare(counting);
         results.unlimited = [typeof e.stack, typeof c.stack, Object.hasOwn(c, 'stack')];
         prepare(undefined);
         return results",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!({
        "late": [0, "1 made", "1 made", "2 captured", "2 captured", 2],
        "unset": ["Error: m", "Error", 2],
        "written": ["w", 5, 2, "3 captured", 3],
        "defined": [7, 3],
        "thrown": ["no", "no", "no", "no"],
        "then": ["Error: m", "Error"],
        "inside": [["Error: m", "Error: inner"], ["Error: m", "Error: inner"], ["Error", "Error: inner"], ["Error", "Error: inner"]],
        "redefined": "own",
        "grown": ["grown", 99, "grown"],
        "descriptor": { "value": "descriptor", "writable": true, "enumerable": false, "configurable": true },
        "frozen": ["descriptor", true],
        "refused": ["TypeError", "TypeError"],
        "unlimited": ["undefined", "undefined", true],
    }));
}

/// The technique of libraries that find out who called them.
#[tokio::test]
async fn libraries_that_read_call_sites_see_their_callers() {
    let run = Case::body(
        "// One sets the hook for a moment, one for ever, and one for errors that exist.
         const at = (site) => site.getFunctionName();
         function momentary() {
             const { prepareStackTrace, stackTraceLimit } = Error, target = {};
             Error.prepareStackTrace = (_, sites) => sites; Error.stackTraceLimit = 2;
             Error.captureStackTrace(target, momentary);
             const sites = target.stack;
             Error.prepareStackTrace = prepareStackTrace; Error.stackTraceLimit = stackTraceLimit;
             return sites.map(at);
         }
         function existing(error) {
             const before = Error.prepareStackTrace;
             Error.prepareStackTrace = (_, sites) => sites;
             const sites = error.stack;
             Error.prepareStackTrace = before;
             return at(sites[0]);
         }
         function user() { return momentary() }
         function thrower() { return null.x }
         const first = [user(), existing(new Error()), (() => { try { thrower() } catch (error) { return existing(error) } })()];
         Error.prepareStackTrace = (error, sites) => error + '\\n' + sites.map((site) => '    at ' + site).join('\\n');
         const mapped = (function mapped() { return new Error('m') })().stack.split('\\n');
         Error.prepareStackTrace = undefined;
         const plain = (function mapped() { return new Error('m') })().stack.split('\\n');
         const bare = (line) => line.replace(/:[0-9:]+/, '');
         return [first, mapped.map(bare), plain.map(bare)]",
    )
    .run()
    .await;
    let lines = ["Error: m", "    at mapped (main.js)", "    at Object.run (main.js)"];
    let _ = run.expect_ok(json!([[["user", "run"], "run", "thrower"], lines, lines]));
}

/// An error whose stack nobody reads keeps neither functions nor what they were called on.
#[tokio::test]
async fn unread_stacks_make_no_circles() {
    let run = Case::body(
        "let freed = 0;
         const registry = new FinalizationRegistry(() => freed++);
         class Failing { fail() { this.error = new Error('x') } }
         (() => {
             const failing = new Failing(); failing.fail(); registry.register(failing);
             let kept; const keep = () => { kept = new Error('x') }; keep(); registry.register(keep);
         })();
         await new Promise((resolve) => setTimeout(resolve, 1));
         return freed",
    )
    .run()
    .await;
    let _ = run.expect_ok(2);
}

/// Calls of every kind, which record the first two frames of a stack.
const CALLS: &str = r"
        const names = {};
        const S = (name) => {
            const at = (line) => line.trim().slice(3).replace(/main\.js:\d+:\d+/, 'main').replace(/ ?\(main\)$/, '');
            names[name] = new Error().stack.split('\n').slice(2, 4).map(at);
            return 1;
        };
        class Foo {
            constructor(n) { if (n) S(n) }
            field = S('field');
            arrow = (n) => S(n);
            bar(n) { S(n) }
            static st(n) { S(n) }
            get x() { return S('getter') }
            set x(v) { S('setter') }
            static get sx() { return S('static getter') }
            [Symbol.iterator](n) { S(n) }
            #p(n) { S(n) }
            callp(n) { this.#p(n) }
            async am(n) { S(n) }
            *g(n) { S(n) }
        }
        class Sub extends Foo { constructor(n) { super(); S(n) } bar(n) { super.bar(n) } }
        function P(n) { if (n) S(n) }
        P.prototype.q = function (n) { S(n) };
        P.prototype.r = function rr(n) { S(n) };
        function plain(n) { S(n) }
        const o = {
            m(n) { S(n) }, f: function (n) { S(n) }, a: (n) => S(n), get g() { return S('object getter') },
            named: function other(n) { S(n) }, 'we ird'(n) { S(n) }, [Symbol('sy')](n) { S(n) },
        };
        export default { run() {
            const f = new Foo();
            new Foo('constructor'); f.bar('method'); Foo.st('static'); f.x; f.x = 1; Foo.sx;
            f[Symbol.iterator]('symbol'); f.arrow('arrow field'); f.callp('private'); f.am('async method'); f.g('generator').next();
            new Sub('derived constructor').bar('super method');
            o.m('object method'); o.f('object function'); o.a('object arrow'); o.g; o.named('as'); o['we ird']('no identifier');
            o[Object.getOwnPropertySymbols(o)[0]]('object symbol');
            new P('function constructor'); new P().q('nameless of a prototype'); new P().r('named of a prototype');
            plain('plain'); plain.call(5, 'number'); plain.call('s', 'string'); plain.call(new Map(), 'map'); plain.call(Foo, 'class');
            plain.call(() => {}, 'function'); plain.call(Math, 'Math'); plain.call(Object.create(null), 'no prototype');
            plain.call(new Proxy({}, {}), 'proxy'); plain.apply(null, ['apply']); Reflect.apply(plain, null, ['Reflect.apply']);
            Reflect.construct(P, ['Reflect.construct']); plain.call(globalThis, 'global');
            (() => S('nameless'))();
            [1].map(() => S('in map')); [1].forEach(function cb() { S('in forEach') }); new Map([[1, 1]]).forEach(() => S('in Map.forEach'));
            Array.from([1], () => S('in Array.from')); JSON.stringify({ toJSON() { S('in JSON.stringify') } }); new Promise(() => S('in new Promise'));
            new Set([1]).forEach(function () { S('with an argument for this') }, o);
            class Long { ['m'.repeat(1000)](n) { S(n) } }
            new Long()['m'.repeat(1000)]('long');
            names.long = [names.long[0].length, names.long[1]];
            return names;
        } };";

/// The names of frames, as node 20 prints them.
#[tokio::test]
async fn frames_name_what_was_called_on_what() {
    let run = Case::js(CALLS).run().await.json();
    #[rustfmt::skip]
    let expected = [
        ("field", "<instance_members_initializer>", "new Foo"),
        ("constructor", "new Foo", "Object.run"),
        ("method", "Foo.bar", "Object.run"),
        ("static", "Foo.st", "Object.run"),
        ("getter", "get x [as x]", "Object.run"),
        ("setter", "set x [as x]", "Object.run"),
        ("static getter", "get sx [as sx]", "Object.run"),
        ("symbol", "[Symbol.iterator]", "Object.run"),
        ("arrow field", "Foo.arrow", "Object.run"),
        ("private", "#p", "Foo.callp"),
        ("async method", "Foo.am", "Object.run"),
        ("generator", "Foo.g", "Generator.next (<anonymous>)"),
        ("derived constructor", "new Sub", "Object.run"),
        ("super method", "Sub.bar", "Sub.bar"),
        ("object method", "Object.m", "Object.run"),
        ("object function", "Object.f", "Object.run"),
        ("object arrow", "Object.a", "Object.run"),
        ("object getter", "get g [as g]", "Object.run"),
        ("as", "Object.other [as named]", "Object.run"),
        ("no identifier", "we ird", "Object.run"),
        ("object symbol", "[sy]", "Object.run"),
        ("function constructor", "new P", "Object.run"),
        ("nameless of a prototype", "P.q", "Object.run"),
        ("named of a prototype", "P.rr [as r]", "Object.run"),
        ("plain", "plain", "Object.run"),
        ("number", "Number.plain", "Object.run"),
        ("string", "String.plain", "Object.run"),
        ("map", "Map.plain", "Object.run"),
        ("class", "Foo.plain", "Object.run"),
        ("function", "Function.plain", "Object.run"),
        ("Math", "Math.plain", "Object.run"),
        ("no prototype", "Object.plain", "Object.run"),
        ("proxy", "Proxy.plain", "Object.run"),
        ("apply", "plain", "Object.run"),
        ("Reflect.apply", "plain", "Object.run"),
        ("Reflect.construct", "new P", "Object.run"),
        ("global", "plain", "Object.run"),
        ("nameless", "main", "Object.run"),
        ("in map", "main", "Array.map (<anonymous>)"),
        ("in forEach", "cb", "Array.forEach (<anonymous>)"),
        ("in Map.forEach", "main", "Map.forEach (<anonymous>)"),
        ("in Array.from", "main", "Function.from (<anonymous>)"),
        ("in JSON.stringify", "Object.toJSON", "JSON.stringify (<anonymous>)"),
        ("in new Promise", "main", "new Promise (<anonymous>)"),
        ("with an argument for this", "Object.<anonymous>", "Set.forEach (<anonymous>)"),
    ];
    for (name, first, second) in expected {
        assert_eq!(run[name], json!([first, second]), "{name}");
    }
    // Names are cut.
    assert_eq!(run["long"], json!(["Long.".len() + 256 + "...".len(), "Object.run"]));
    assert_eq!(run.as_object().expect("an object").len(), expected.len() + 1, "{run}");
}
