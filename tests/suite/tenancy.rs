//! Tenants that use the same slots of the pool one after another.

use serde_json::json;

use crate::harness::{Case, call, fresh_engine_of};

#[tokio::test]
async fn a_recycled_slot_begins_as_a_new_one() {
    let engine = fresh_engine_of(1);
    let fill = "export default { run() { globalThis.keep = []; for (let i = 0; i < 20; i++) keep.push(new Uint8Array(1 << 20).fill(0xA5)); return keep.length } }";
    let look = "export default { run() {
        const found = [];
        for (let i = 0; i < 20; i++) { const b = new Uint8Array(1 << 20); if (b.includes(0xA5)) found.push(i) }
        return [found, typeof keep, Object.keys(globalThis).filter(k => k === 'keep')]
    } }";
    let expected = Case::js(look).engine(&crate::harness::engine()).run().await;
    for _ in 0..3 {
        let worker = Case::js(fill).engine(&engine).worker();
        let _ = call(&worker, ()).await.expect_ok(20);
        drop(worker);
        let worker = Case::js(look).engine(&engine).fresh().worker();
        let run = crate::harness::retry_overloaded(&worker).await;
        assert_eq!(run.json(), json!([[], "undefined", []]));
    }
    assert_eq!(expected.json(), json!([[], "undefined", []]));
}

#[tokio::test]
async fn a_slot_whose_last_tenant_was_stopped_is_as_good_as_new() {
    let engine = fresh_engine_of(1);
    let plain = || Case::body("return Array.from({ length: 100 }, (_, i) => i * i)[99]");
    let expected = call(&plain().worker(), ()).await;
    for body in [
        "while (true);",
        "const a = []; for (;;) a.push(new Uint8Array(1 << 16).fill(1))",
        "throw 1",
    ] {
        let worker = Case::body(body)
            .engine(&engine)
            .limits(|limits| limits.fuel(200_000_000).memory_bytes(32 << 20))
            .worker();
        assert!(call(&worker, ()).await.0.result.is_err());
        drop(worker);
        let run = crate::harness::retry_overloaded(&plain().engine(&engine).worker()).await;
        assert_eq!((run.json(), run.fuel()), (expected.json(), expected.fuel()));
        assert_eq!(run.0.usage.memory_peak_bytes, expected.0.usage.memory_peak_bytes);
    }
}

#[tokio::test]
async fn thousands_of_sandboxes_one_after_the_other() {
    let engine = fresh_engine_of(2);
    let worker = Case::body("return arg").engine(&engine).fresh().worker();
    let first = call(&worker, 1).await;
    for index in 0..2000 {
        let run = call(&worker, index).await;
        assert_eq!(run.json(), json!(index));
        if index < 10 {
            assert_eq!(run.fuel(), first.fuel());
        }
    }
}
