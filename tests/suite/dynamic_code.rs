//! `eval` and `Function`, by default and switched off.

use serde_json::json;

use crate::harness::Case;

const WAYS: &str = "export default { async run() {
    const AsyncFunction = (async () => {}).constructor;
    const Generator = (function* () {}).constructor;
    const AsyncGenerator = (async function* () {}).constructor;
    const ways = {
        eval: () => eval('1 + 1'),
        indirect: () => (0, eval)('1 + 1'),
        function: () => Function('return 2')(),
        new: () => new Function('return 2')(),
        constructor: () => (() => {}).constructor('return 2')(),
        prototype: () => Function.prototype.constructor('return 2')(),
        method: () => ({ m() {} }).m.constructor('return 2')(),
        class: () => (class {}).constructor('return 2')(),
        async: () => AsyncFunction('return 2')(),
        generator: () => Generator('yield 2')().next().value,
        asyncGenerator: async () => (await AsyncGenerator('yield 2')().next()).value,
        construct: () => Reflect.construct(Function, ['return 2'])(),
        newTarget: () => Reflect.construct(Object, [], Function) && 2,
        bound: () => Function.bind(null, 'return 2')()(),
        call: () => Function.call(null, 'return 2')(),
        species: () => { class F extends Function {} return new F('return 2')() },
        proxy: () => new Proxy(Function, {})('return 2')(),
        builtin: () => Math.max.constructor('return 2')(),
        stub: () => console.log.constructor('return 2')(),
    };
    const result = {};
    for (const [name, way] of Object.entries(ways)) {
        try { result[name] = await way() } catch (error) { result[name] = error.name }
    }
    return result;
} }";

#[tokio::test]
async fn allowed_by_default() {
    let result = Case::js(WAYS).run().await.json();
    for (way, value) in result.as_object().expect("an object") {
        assert_eq!(value, &json!(2), "{way}");
    }
}

#[tokio::test]
async fn switched_off_there_is_no_way_around() {
    for fresh in [false, true] {
        let case = Case::js(WAYS).code(|code| code.dynamic_code(false));
        let run = if fresh { case.fresh().run().await } else { case.run().await };
        let result = run.json();
        for (way, value) in result.as_object().expect("an object") {
            if way == "newTarget" {
                // This way makes an ordinary object and runs no code.
                continue;
            }
            assert_eq!(value, &json!("EvalError"), "{way}");
        }
    }
}

#[tokio::test]
async fn switched_off_the_rest_works() {
    let _ = Case::js(
        "import { a } from './a.js'; import cjs from './b.cjs'; import data from './c.json';
         export default { async run() {
            const f = function () {}; class A { m() { return 1 } }
            return [a, cjs, data, f instanceof Function, (() => {}) instanceof Function, new A().m(),
                typeof Function, Function.prototype === Object.getPrototypeOf(f), (await import('./a.js')).a,
                f.constructor === Function, JSON.parse('[1]')]
         } }",
    )
    .file("a.js", "export const a = 'a'")
    .file("b.cjs", "module.exports = 'cjs'")
    .file("c.json", "1")
    .code(|code| code.dynamic_code(false))
    .run()
    .await
    .expect_ok(json!(["a", "cjs", 1, true, true, 1, "function", true, "a", true, [1]]));
}

#[tokio::test]
async fn what_is_evaluated_is_as_confined_as_the_rest() {
    let _ = Case::body("return eval('while (true);')")
        .limits(|limits| limits.fuel(50_000_000))
        .run()
        .await
        .expect_limit(isolet::LimitKind::Fuel);
    let _ = Case::body("return eval('typeof process + typeof require')")
        .run()
        .await
        .expect_ok("undefinedundefined");
    let _ = Case::body("return eval('1 +')").run().await.expect_exception("SyntaxError", "");
    let _ = Case::body("setTimeout('1 + 1', 0)").run().await.expect_exception("TypeError", "");
}
