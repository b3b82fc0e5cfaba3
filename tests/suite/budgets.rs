//! Whoever calls pays: a tree of calls stays within the limit of its root.

use isolet::LimitKind;

use crate::harness::{Case, call};

/// Loads workers that burn what they are told to.
const PARENT: &str = "
    const code = 'export default { burn(n) { for (let i = 0; i < n; i++); return n } }';
    const child = (env, limits) =>
        env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code }, limits }).getEntrypoint();
    export default {
        async run(n, env) { return child(env).burn(n) },
        async many([count, n], env) {
            const burnt = [];
            for (let i = 0; i < count; i++) burnt.push(child(env).burn(n));
            return (await Promise.all(burnt)).length;
        },
        async limited(n, env) {
            try { return await child(env, { fuel: 20_000_000 }).burn(n) }
            catch (error) { return error.message }
        },
    }";

fn parent(fuel: u64) -> Case {
    Case::js(PARENT).code(|code| code.loader("LOADER")).limits(|limits| limits.fuel(fuel))
}

#[tokio::test]
async fn a_child_spends_what_its_parent_has() {
    let _ = parent(200_000_000).arg(100_000).run().await.expect_ok(100_000);
    // Nothing is left to the parent then.
    let limit = parent(200_000_000).arg(50_000_000).run().await.expect_limit(LimitKind::Fuel);
    assert_eq!(limit.limit, 200_000_000);
}

#[tokio::test]
async fn children_together_spend_no_more_than_their_parent() {
    // One alone is well within the limit.
    let run = parent(400_000_000).call("many").arg((4, 100_000)).run().await;
    let _ = run.expect_ok(4);
    let run = parent(400_000_000).call("many").arg((100, 1_000_000)).run().await;
    assert_eq!(run.expect_limit(LimitKind::Fuel).limit, 400_000_000);
}

#[tokio::test]
async fn a_child_has_a_limit_of_its_own() {
    let run = parent(5_000_000_000).call("limited").arg(100_000_000).run().await;
    let text = run.json().to_string();
    assert!(text.contains("CPU limit") && text.contains("20000000"), "{text}");
}

#[tokio::test]
async fn two_hundred_children_run_under_default_limits() {
    let case = Case::js(PARENT).code(|code| code.loader("LOADER"));
    let engine = crate::harness::fresh_engine_of(250);
    let run = case.engine(&engine).call("many").arg((200, 1_000)).run().await;
    let _ = run.expect_ok(200);
}

#[tokio::test]
async fn a_childs_memory_is_at_most_its_parents() {
    let worker = Case::js(
        "const code = 'export default { fill(n) { return new Uint8Array(n).length } }';
         export default { async run(n, env) {
            const limits = { memoryBytes: 512 * 1024 * 1024 };
            const child = env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code }, limits });
            try { return await child.getEntrypoint().fill(n) } catch (error) { return error.message }
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .limits(|limits| limits.memory_bytes(16 << 20))
    .worker();
    let _ = call(&worker, 1 << 20).await.expect_ok(1 << 20);
    let refused = call(&worker, 32 << 20).await.json().to_string();
    assert!(refused.contains("memory limit") && refused.contains("16777216"), "{refused}");
}

#[tokio::test]
async fn a_child_that_floods_callbacks_does_not_end_its_parent() {
    let run = Case::js(
        "const code = `export default { async flood(f) { for (;;) await f() } }`;
         let called = 0;
         export default { async run(_, env) {
            const child = env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code },
                limits: { fuel: 20_000_000 } });
            const busy = () => { called++; for (let i = 0; i < 1000; i++); };
            try { await child.getEntrypoint().flood(busy) } catch (error) { return [called, error.message] }
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .run()
    .await;
    let [called, message]: [serde_json::Value; 2] =
        serde_json::from_value(run.json()).expect("a pair");
    assert!(called.as_u64().expect("a count") > 1, "{called}");
    assert!(message.to_string().contains("CPU limit"), "{message}");
}

#[tokio::test]
async fn limits_of_the_root_end_the_call() {
    let run = parent(150_000_000).arg(1_000).run().await.expect_ok(1_000);
    let used = run.fuel();
    // The parent's own part does not fit.
    let run = parent(used - 1).arg(1_000).run().await;
    assert!(run.0.result.is_err());
    let _ = parent(1_000).arg(1).run().await.expect_limit(LimitKind::Fuel);
}
