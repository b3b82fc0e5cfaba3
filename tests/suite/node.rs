//! Node's built-in modules and globals.

use isolet::{LimitKind, Module, Outcome};
use serde_json::json;

use crate::family::family;
use crate::harness::{Case, call};

#[tokio::test]
async fn modules_have_a_prefix_or_not() {
    let _ = Case::js(
        "import { Buffer } from 'node:buffer'; import bare, { Buffer as Same } from 'buffer';
         import path from 'path'; import { join } from 'node:path/posix';
         export default { async run() {
            const late = await import('node:querystring');
            return [Buffer === Same, bare.Buffer === Buffer, join === path.join, late.stringify({ a: [1, 2] }),
                await import('node:test').then((module) => typeof module.test),
                await import('test').then(() => 'found', (error) => error.message)] } }",
    )
    .run()
    .await
    .expect_ok(json!([
        true, true, true, "a=1&a=2", "function", "No such module \"test\", imported from \"main.js\"."
    ]));
}

#[tokio::test]
async fn commonjs_requires_them() {
    let _ = Case::js("import { out } from './c.cjs'; export default { run: () => out };")
        .module(
            "c.cjs",
            Module::CommonJs(
                "const { createRequire, builtinModules } = require('module');
                 const util = require('node:util');
                 exports.out = [util.format('%s %d', 'a', 1), require('util') === util,
                    createRequire('/c.cjs')('util') === util, builtinModules.includes('buffer')];"
                    .into(),
            ),
        )
        .run()
        .await
        .expect_ok(json!(["a 1", true, true, true]));
}

#[tokio::test]
async fn a_module_of_the_worker_comes_before_one_without_prefix() {
    let _ = Case::js(
        "import own from 'events'; import { EventEmitter } from 'node:events'; import { out } from './c.cjs';
         export default { run: () => [own, typeof EventEmitter, out] };",
    )
    .module("events", Module::JavaScript("export default 'own'".into()))
    .module(
        "c.cjs",
        Module::CommonJs("exports.out = [require('util'), typeof require('node:util').inspect]".into()),
    )
    .module("util", Module::Json("\"own\"".into()))
    .run()
    .await
    .expect_ok(json!(["own", "function", ["own", "function"]]));
}

#[tokio::test]
async fn globals_exist_by_the_flag_alone() {
    const NAMES: &str = "return ['process', 'Buffer', 'global', 'setImmediate'].map((name) => typeof globalThis[name])";
    let _ = Case::body(NAMES).run().await.expect_ok(["undefined"; 4]);
    let _ = Case::body(NAMES)
        .code(|code| code.node_globals(true))
        .run()
        .await
        .expect_ok(json!(["object", "function", "object", "function"]));
}

#[tokio::test]
async fn a_child_has_the_globals_by_its_own_flags() {
    let _ = family(
        "export default { f: () => typeof process }",
        "const load = (compatibilityFlags) => env.LOADER.load({ mainModule: 'm.js', compatibilityFlags,
            modules: { 'm.js': CHILD } }).getEntrypoint().f();
         return [typeof process, await load([]), await load(['nodejs_compat']), await load(['nodejs_compat', 'no_nodejs_compat'])]",
    )
    .code(|code| code.node_globals(true))
    .run()
    .await
    .expect_ok(json!(["object", "undefined", "object", "undefined"]));
}

#[tokio::test]
async fn the_environment_is_what_was_given() {
    let _ = Case::body("return [{ ...process.env }, process.env.PATH, Object.keys(process.env)]")
        .code(|code| {
            code.node_globals(true)
                .env_value("KEY", "secret")
                .env_value("PORT", &8080)
                .env_value("DEBUG", &true)
                .env_value("LIST", &[1, 2])
        })
        .run()
        .await
        .expect_ok(json!([
            { "KEY": "secret", "PORT": "8080", "DEBUG": "true" }, null, ["KEY", "PORT", "DEBUG"]
        ]));
}

#[tokio::test]
async fn a_store_follows_promises_and_timers() {
    let _ = Case::js(
        "import { AsyncLocalStorage } from 'node:async_hooks';
         const store = new AsyncLocalStorage(), other = new AsyncLocalStorage();
         const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
         const steps = async (name) => {
            const seen = [store.getStore()];
            await null; seen.push(store.getStore());
            await sleep(1); seen.push(store.getStore());
            await new Promise((done) => setTimeout(() => { seen.push(store.getStore()); done() }, 1));
            await Promise.all([1, 2].map(() => Promise.resolve().then(() => seen.push(store.getStore()))));
            other.run('inner', () => seen.push(`${store.getStore()} ${other.getStore()}`));
            return seen.every((it, i) => it === (i === 6 ? `${name} inner` : name)) ? seen.length : seen;
         };
         export default { async run() {
            const runs = await Promise.all(['a', 'b', 'c'].map((name) => store.run(name, steps, name)));
            const bound = store.run('bound', () => AsyncLocalStorage.snapshot());
            return [runs, store.getStore() === undefined, bound(() => store.getStore())] } }",
    )
    .run()
    .await
    .expect_ok(json!([[7, 7, 7], true, "bound"]));
}

#[tokio::test]
async fn a_store_stays_with_its_invocation() {
    let worker = Case::js(
        "import { AsyncLocalStorage } from 'node:async_hooks';
         const store = new AsyncLocalStorage();
         export default { async run(me) {
            const before = store.getStore();
            store.enterWith(me);
            console.log(me);
            for (let i = 0; i < 3; i++) await new Promise((done) => setTimeout(done, 1));
            return [before === undefined, store.getStore()] } }",
    )
    .worker();
    let (a, b) = tokio::join!(call(&worker, "a"), call(&worker, "b"));
    assert_eq!([a.logs(), b.logs()], [["a"], ["b"]]);
    let _ = a.expect_ok(json!([true, "a"]));
    let _ = b.expect_ok(json!([true, "b"]));
}

#[tokio::test]
async fn what_no_sandbox_has_says_so() {
    let _ = Case::js(
        "import fs from 'node:fs'; import http from 'http'; import { spawn } from 'child_process'; import net from 'net';
         const said = (call) => { try { return call() } catch (error) { return [error.code, error.message] } };
         export default { run: () => [() => fs.readFileSync('/etc/passwd'), () => http.get('http://localhost'),
            () => spawn('sh'), () => net.connect(80)].map(said).map(([code, message]) => [code, /sandbox/.test(message)]) }",
    )
    .run()
    .await
    .expect_ok([("ERR_UNSUPPORTED_IN_SANDBOX", true); 4]);
}

#[tokio::test]
async fn an_app_image_holds_what_was_evaluated() {
    let worker = Case::js(
        "import { createHash } from 'node:crypto'; import { EventEmitter } from 'node:events'; import { gzipSync, gunzipSync } from 'zlib';
         const emitter = new EventEmitter(); let heard = 0; emitter.on('x', () => heard++);
         export default { run(text) { emitter.emit('x');
            return [heard, createHash('sha256').update(text).digest('hex').slice(0, 8), `${gunzipSync(gzipSync(text))}`] } }",
    )
    .fresh()
    .worker();
    for _ in 0..2 {
        let _ = call(&worker, "abc").await.expect_ok(json!([1, "ba7816bf", "abc"]));
    }
}

#[tokio::test]
async fn a_patched_prototype_reaches_no_module() {
    let _ = Case::js(
        "Array.prototype.push = Map.prototype.set = Function.prototype.call = () => { throw new Error('patched') };
         export default { async run() {
            const [{ Buffer }, { default: events }] = await Promise.all([import('node:buffer'), import('node:path')]);
            return Buffer.from('ab').toString('hex') } }",
    )
    .run()
    .await
    .expect_ok("6162");
}

#[tokio::test]
async fn ending_the_process_ends_the_sandbox() {
    let run = Case::body("process.exit(3)").code(|code| code.node_globals(true)).run().await;
    let _ = run.expect_outcome(Outcome::Aborted);
}

#[tokio::test]
async fn a_stretched_key_is_paid_for() {
    let run = Case::js(
        "import { scryptSync } from 'node:crypto';
         export default { run: () => scryptSync('password', 'salt', 64, { N: 2 ** 20, r: 8, p: 1, maxmem: 2 ** 31 }).length }",
    )
    .limits(|limits| limits.memory_bytes(64 << 20))
    .run()
    .await;
    let _ = run.expect_limit(LimitKind::Memory);
}
