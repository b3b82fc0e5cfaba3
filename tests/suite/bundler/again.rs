//! Modules that were compiled before: nothing but the time tells.

use serde_json::{Value as Json, json};

use super::bundler;
use crate::harness::fresh_engine;

/// Builds a program of TypeScript of that many lines. Returns its modules or its error.
const BUILD: &str = "const source = 'const n: number = 1; export default n;\\n' + '/* some text */ ((x: any) => x as string);\\n'.repeat(arg.lines);
    const options = { files: { 'src/index.ts': source }, ...arg.options };
    try { const { modules } = await createWorker(options); return Object.values(modules)[0].length }
    catch (error) { return error.message.split('\\n')[0] }";

async fn build(engine: &isolet::Engine, lines: u32, fuel: u64, options: Json) -> Json {
    let case = bundler(BUILD).engine(engine).arg(json!({ "lines": lines, "options": options }));
    case.limits(|limits| limits.fuel(fuel)).run().await.json()
}

const ENOUGH: u64 = 5_000_000_000;

#[tokio::test]
async fn a_second_build_is_the_same() {
    let engine = fresh_engine();
    let none = || json!({});
    let first = build(&engine, 10, ENOUGH, none()).await;
    assert!(first.as_u64().is_some_and(|length| length > 100), "{first}");
    assert_eq!(build(&engine, 10, ENOUGH, none()).await, first);
    // Other options and other texts give other modules.
    let short = build(&engine, 10, ENOUGH, json!({ "minify": true })).await;
    assert!(short.as_u64() < first.as_u64(), "{short}");
    assert_ne!(build(&engine, 11, ENOUGH, none()).await, first);
    assert_eq!(build(&engine, 10, ENOUGH, json!({ "minify": true })).await, short);
    assert_eq!(build(&engine, 10, ENOUGH, none()).await, first);
}

#[tokio::test]
async fn what_takes_too_much_fuel_fails_whatever_others_have_built() {
    // The compiler may use 100 million operations in any case.
    let (lines, little) = (30_000, 90_000_000);
    let alone = build(&fresh_engine(), lines, little, json!({})).await;
    assert!(alone.as_str().is_some_and(|text| text.contains("takes too long")), "{alone}");
    let engine = fresh_engine();
    assert!(build(&engine, lines, ENOUGH, json!({})).await.is_u64());
    assert_eq!(build(&engine, lines, little, json!({})).await, alone);
    assert!(build(&engine, lines, ENOUGH, json!({})).await.is_u64());
}

#[tokio::test]
async fn errors_are_not_kept() {
    let engine = fresh_engine();
    let body = "const options = { files: { 'src/index.ts': 'let x: = 1' } };
        return [await caught(createWorker(options)), await caught(createWorker(options))]";
    let answer = bundler(body).engine(&engine).run().await.json();
    assert_eq!(answer[0], answer[1]);
    assert!(answer[0].as_str().is_some_and(|text| text.contains("src/index.ts:1:")), "{answer}");
}
