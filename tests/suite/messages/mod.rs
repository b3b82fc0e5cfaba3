//! The messages of errors. They are V8's, because programs match on them, and people who repair
//! programs read them.

mod mistakes;

use serde_json::json;

use crate::harness::Case;
use mistakes::MISTAKES;

#[tokio::test]
async fn mistakes_are_told_as_v8_tells_them() {
    let functions: Vec<_> =
        MISTAKES.iter().map(|(code, _)| format!("async () => {{ {code}\n}}")).collect();
    let source = format!(
        "const mistakes = [{}];
         export default {{
            async run() {{
                const told = [];
                for (const mistake of mistakes) {{
                    try {{
                        await mistake();
                        told.push('nothing');
                    }} catch (error) {{
                        told.push(`${{error.name}}: ${{error.message}}`);
                    }}
                }}
                return told;
            }},
         }};",
        functions.join(",\n")
    );
    let told = Case::js(source).run().await.json();
    for (index, (code, expected)) in MISTAKES.iter().enumerate() {
        assert_eq!(told[index], *expected, "{code}");
    }
}

#[tokio::test]
async fn what_is_called_is_named_wherever_it_stands() {
    // Arguments of any kind stand between the callee and the call.
    let arguments = [
        "",
        "1, 'a', null",
        "cond ? 1 : 2",
        "a || b, a && b, a ?? b",
        "...list, 2",
        "{ x: [1, 2], y() {}, ...a }",
        "function () { return { x: 1 } }, () => 1, class { x = 1 }",
        "`t${cond}`, /x/g",
        "list.map((x) => x)[0]?.y?.z",
        "await null, typeof a, void 0, -cond, !a",
        "(cond, a), (b = 3), cond++",
    ];
    let calls: Vec<_> = arguments
        .iter()
        .flat_map(|arguments| {
            ["api.users.fetchAll(@)", "api[0].go(@)", "local(@)", "outer(@)", "new api.Thing(@)"]
                .map(|call| format!("async () => {{ {} }}", call.replace('@', arguments)))
        })
        .collect();
    let source = format!(
        "const outer = 1;
         export default {{ async run() {{
            let api = {{ users: {{}}, 0: {{}} }}, local = {{}}, cond = 1, a, b, list = [];
            const told = [];
            for (const call of [{}]) try {{ await call(); }} catch (error) {{ told.push(error.message); }}
            return told;
         }} }};",
        calls.join(",\n")
    );
    let expected: Vec<_> = arguments
        .iter()
        .flat_map(|_| {
            [
                "api.users.fetchAll is not a function",
                "api[0].go is not a function",
                "local is not a function",
                "outer is not a function",
                "api.Thing is not a constructor",
            ]
        })
        .collect();
    let _ = Case::js(source).run().await.expect_ok(json!(expected));
}

#[tokio::test]
async fn what_may_have_been_another_is_not_named() {
    let _ = Case::body(
        "let a, b = 5, c = { b: 6 };
         const told = [];
         for (const f of [() => (a || b)(), () => (b ? c : a)(), () => (a ?? c.b)(), () => (b && a)()])
            try { f() } catch (error) { told.push(error.message) }
         return told",
    )
    .run()
    .await
    .expect_ok(json!([
        "5 is not a function",
        "#<Object> is not a function",
        "6 is not a function",
        "undefined is not a function"
    ]));
}

#[tokio::test]
async fn typescript_is_named_as_its_author_wrote_it() {
    let _ = Case::ts(
        "enum Colour { Red }
         interface Api { users: any }
         export default { run(): string[] {
            const api = { users: {} } as Api, told: string[] = [];
            for (const f of [() => api.users!.all<string>(Colour.Red), () => (api as any).none.x, () => (undefined as any).y])
                try { f() } catch (error) { told.push((error as Error).message) }
            return told;
         } };",
    )
    .run()
    .await
    .expect_ok(json!([
        "api.users.all is not a function",
        "Cannot read properties of undefined (reading 'x')",
        "Cannot read properties of undefined (reading 'y')"
    ]));
}

#[tokio::test]
async fn messages_are_short_and_run_nothing() {
    let run = Case::body(
        "const long = 'ä'.repeat(100_000), told = [], ran = [];
         const watch = (name) => ({ get() { ran.push(name) }, toString() { ran.push(name) } });
         const odd = new Proxy({}, new Proxy({}, { get: (_, trap) => { ran.push(trap) } }));
         class Odd { static get name() { ran.push('name') } }
         let path = {};
         const deep = new Function('x', `x${'.a'.repeat(500)}()`);
         let nested = {}; { let end = nested; for (let i = 0; i < 499; i++) end = end.a = {} }
         for (const f of [
            () => ({})[long](), () => { (void 0)[long] }, () => { null[long] = 1 }, () => [1].map(long),
            () => { for (const x of Object(Symbol(long))); }, () => BigInt(long), () => JSON.parse(`[${long}`),
            () => new RegExp(`(${long}`), () => [1].map(odd), () => [1].map(new Odd()), () => new odd(),
            () => { Object.freeze(odd).x = 1 }, () => 'x' in long, () => deep(nested),
            () => [1].map(eval(`(class { static x = ${JSON.stringify(long)} })`)),
         ]) try { f() } catch (error) { told.push(error.message.length) }
         return [ran.filter(name => name !== 'preventExtensions' && name !== 'ownKeys' && name !== 'set' && name !== 'getOwnPropertyDescriptor' && name !== 'defineProperty'),
            told.length, Math.max(...told) < 500]",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], json!([]), "{run}");
    assert!(run[1].as_u64() >= Some(14), "{run}");
    assert_eq!(run[2], true, "{run}");
}

#[tokio::test]
async fn a_message_costs_no_more_where_the_function_is_long() {
    // The callee is only looked for in a limited amount of code.
    let run = Case::js(format!(
        "export default {{ run() {{
            let x = 0; const none = {{}};
            {}
            try {{ none.here({}) }} catch (error) {{ return error.message }}
         }} }};",
        "x += 1;\n".repeat(20_000),
        vec!["x + 1"; 2_000].join(", "),
    ))
    .run()
    .await;
    let _ = run.expect_ok(json!("undefined is not a function"));
}
