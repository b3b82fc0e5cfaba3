//! Resolution of the names in a call, warm state and fresh sandboxes.

use isolet::{CodeError, Engine, Error, Outcome};
use serde_json::json;

use crate::harness::{Case, call, config, run, soon};

#[tokio::test]
async fn plain_objects_get_argument_env_and_context() {
    let _ = Case::js(
        "export default {
            run(arg, env, ctx) {
                return [arg, env.NAME, typeof ctx.waitUntil, this === undefined ? 'none' : 'run' in this,
                        arguments.length];
            }
         }",
    )
    .code(|code| code.env_value("NAME", "n"))
    .arg("a")
    .run()
    .await
    .expect_ok(json!(["a", "n", "function", true, 3]));
}

const WRONG_NUMBER: &str = "Attempted to call RPC function \"run\" with the wrong number of arguments. \
    When calling a top-level handler function that is not declared as part of a class, you must always \
    send exactly one argument. In order to support variable numbers of arguments, the server must use \
    class-based syntax (extending WorkerEntrypoint) instead.";

#[tokio::test]
async fn plain_objects_take_one_argument() {
    let make = || Case::js("export default { run(a) { return a === undefined ? 'none' : a } }");
    let _ = make().run().await.expect_ok("none");
    let _ = make().arg(1).run().await.expect_ok(1);
    let two = make().arg(1).arg(2).run().await.expect_exception("TypeError", WRONG_NUMBER);
    assert_eq!(two.exception().message, WRONG_NUMBER);
}

const CLASSES: &str = "
    import { WorkerEntrypoint } from 'cloudflare:workers';
    class Base extends WorkerEntrypoint {
        inherited() { return 'inherited' }
        overridden() { return 'base' }
    }
    export default class extends Base {
        constructor(ctx, env) { super(ctx, env); this.property = () => 'instance'; this.n = 0 }
        run(...all) { return [all, this.env.NAME, typeof this.ctx.waitUntil, ++this.n] }
        overridden() { return super.overridden() + '+' }
        get getter() { return () => 'from a getter' }
        get value() { return 5 }
        #secret() { return 'secret' }
        async later() { await null; return 'later' }
    }
    export class Named extends WorkerEntrypoint { run(x) { return 'named ' + x } }
    export const plain = { run: x => 'plain ' + x, notAFunction: 1 };
    export function callable(x) { return 'function ' + x }
    export const number = 5;";

fn classes() -> Case {
    Case::js(CLASSES).code(|code| code.env_value("NAME", "n"))
}

#[tokio::test]
async fn classes_get_their_arguments() {
    let _ = classes().arg(1).arg(2).arg(3).run().await.expect_ok(json!([
        [1, 2, 3],
        "n",
        "function",
        1
    ]));
    let _ = classes().run().await.expect_ok(json!([[], "n", "function", 1]));
    // Each call has its own instance.
    let worker = classes().worker();
    for _ in 0..2 {
        let _ = call(&worker, 1).await.expect_ok(json!([[1], "n", "function", 1]));
    }
}

#[tokio::test]
async fn methods_of_classes_are_those_of_their_prototypes() {
    let _ = classes().call("inherited").run().await.expect_ok("inherited");
    let _ = classes().call("overridden").run().await.expect_ok("base+");
    let _ = classes().call("getter").run().await.expect_ok("from a getter");
    let _ = classes().call("later").run().await.expect_ok("later");
    for hidden in
        ["property", "n", "constructor", "dup", "#secret", "missing", "toString", "ctx", "env"]
    {
        let text = format!("The RPC receiver does not implement the method \"{hidden}\".");
        let _ = classes().call(hidden).run().await.expect_exception("TypeError", &text);
    }
    let _ = classes()
        .call("value")
        .run()
        .await
        .expect_exception("TypeError", "\"value\" is not a function.");
}

#[tokio::test]
async fn exports_are_called_by_name() {
    let _ = classes().entrypoint("Named").arg(1).run().await.expect_ok("named 1");
    let _ = classes().entrypoint("plain").arg(2).run().await.expect_ok("plain 2");
    let _ = classes().entrypoint("callable").no_method().arg(3).run().await.expect_ok("function 3");
    let _ = classes().entrypoint("default").arg(1).run().await.expect_ok(json!([
        [1],
        "n",
        "function",
        1
    ]));
    let missing = classes().entrypoint("Missing").run().await;
    let _ = missing.expect_exception("TypeError", "Worker has no such entrypoint: Missing");
    let missing = Case::js("export const a = 1").run().await;
    let _ = missing.expect_exception("TypeError", "Worker has no default entrypoint.");
    let wrong = classes().entrypoint("plain").call("notAFunction").run().await;
    let _ = wrong.expect_exception("TypeError", "\"notAFunction\" is not a function.");
    let _ = classes().entrypoint("number").run().await.expect_outcome(Outcome::Exception);
}

#[tokio::test]
async fn a_default_export_that_is_a_function_is_called_itself() {
    let _ = Case::js("export default (x, env, ctx) => [x, typeof env, typeof ctx]")
        .no_method()
        .arg(1)
        .run()
        .await
        .expect_ok(json!([1, "object", "object"]));
    let _ = Case::js("export default async function () { await null; return 'async' }")
        .no_method()
        .run()
        .await
        .expect_ok("async");
    let _ = Case::js("globalThis.done = true").no_method().run().await.expect_undefined();
}

#[tokio::test]
async fn missing_methods_are_named() {
    let text = "The RPC receiver does not implement the method \"missing\".";
    let run = Case::body("").call("missing").run().await.expect_exception("TypeError", text);
    assert_eq!(run.exception().message, text);
    assert_eq!(run.error().to_string(), format!("TypeError: {text}"));
}

const COUNTER: &str = "let calls = 0; export default { run() { return ++calls } }";

#[tokio::test]
async fn a_warm_worker_keeps_its_state() {
    let worker = Case::js(COUNTER).worker();
    for expected in 1..=5 {
        let _ = call(&worker, ()).await.expect_ok(expected);
    }
    // A clone is the same worker. Another load is another worker.
    let _ = call(&worker.clone(), ()).await.expect_ok(6);
    let _ = Case::js(COUNTER).run().await.expect_ok(1);
}

#[tokio::test]
async fn fresh_calls_share_nothing() {
    let worker = Case::js(COUNTER).worker();
    let fresh = worker.fresh_per_call();
    let _ = call(&worker, ()).await.expect_ok(1);
    for _ in 0..5 {
        let _ = call(&fresh, ()).await.expect_ok(1);
    }
    let _ = call(&worker, ()).await.expect_ok(2);
}

#[tokio::test]
async fn an_exception_keeps_the_sandbox() {
    let worker = Case::js(
        "let calls = 0; export default { run(fail) { calls++; if (fail) throw new Error('no'); return calls } }",
    )
    .worker();
    let _ = call(&worker, true).await.expect_exception("Error", "no");
    let _ = call(&worker, false).await.expect_ok(2);
}

#[tokio::test]
async fn calls_of_one_worker_overlap() {
    let worker = Case::js(
        "let open = 0, most = 0;
         export default {
            async run() {
                most = Math.max(most, ++open);
                await new Promise(resolve => setTimeout(resolve, 20));
                open--;
                return most;
            }
         }",
    )
    .worker();
    let (a, b, c) = tokio::join!(call(&worker, ()), call(&worker, ()), call(&worker, ()));
    let most = [a, b, c].map(|run| run.json().as_u64()).into_iter().max();
    assert_eq!(most, Some(Some(3)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_from_many_tasks_reach_one_sandbox() {
    let worker = Case::js(COUNTER).worker();
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let entrypoint = worker.entrypoint();
            tokio::spawn(async move { entrypoint.call::<u32>("run", ()).await })
        })
        .collect();
    let mut seen = Vec::new();
    for call in calls {
        seen.push(soon(call).await.expect("no panic").expect("a number"));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=200).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_sandboxes_at_once() {
    let engine = crate::harness::fresh_engine_of(1000);
    let calls: Vec<_> = (0..1000)
        .map(|index| {
            let worker = Case::js(
                "export default {
                    async run(i) { await new Promise(resolve => setTimeout(resolve, 50)); return i }
                 }",
            )
            .engine(&engine)
            .worker();
            tokio::spawn(async move { (index, call(&worker, index).await) })
        })
        .collect();
    for call in calls {
        let (index, run) = soon(call).await.expect("no panic");
        let _ = run.expect_ok(index);
    }
}

#[tokio::test]
async fn calls_before_loading_has_ended_wait_for_it() {
    let worker = Case::js(
        "await new Promise(resolve => setTimeout(resolve, 20));
         let calls = 0;
         export default { run() { return ++calls } }",
    )
    .worker();
    let (a, b) = tokio::join!(call(&worker, ()), call(&worker, ()));
    assert_eq!((a.json(), b.json()), (json!(1), json!(2)));
}

#[tokio::test]
async fn a_load_that_fails_fails_each_call_and_is_tried_again() {
    let worker = Case::js("throw new RangeError('at the top'); export default {}").worker();
    for _ in 0..2 {
        let _ = call(&worker, ()).await.expect_exception("RangeError", "at the top");
    }
    let (a, b) = tokio::join!(call(&worker, ()), call(&worker, ()));
    let _ = a.expect_exception("RangeError", "at the top");
    let _ = b.expect_exception("RangeError", "at the top");
    let fresh = call(&worker.fresh_per_call(), ()).await;
    let _ = fresh.expect_exception("RangeError", "at the top");
}

#[tokio::test]
async fn load_only_validates() {
    // A module with such a name cannot be loaded, whatever its source.
    let error = Case::named("main.exe", "").load().expect_err("no kind of module");
    let ending = CodeError::Ending { name: "main.exe".to_owned() };
    assert!(matches!(&error, Error::InvalidCode(it) if *it == ending), "{error:?}");
    assert!(error.to_string().contains("main.exe"), "{error}");
    let error = Case::js("").file("data.bin", "").load().expect_err("no kind of module");
    assert!(error.to_string().contains("data.bin"), "{error}");
    // These errors appear at the first call.
    let _ = Case::js("syntax error").load().expect("only validated");
    let _ = Case::js("import './missing.js'").load().expect("only validated");
}

#[tokio::test]
async fn code_size_is_bounded() {
    let error =
        Case::js("").file("large.txt", " ".repeat((64 << 20) + 1)).load().expect_err("too large");
    assert!(
        error.to_string().contains("exceeds the maximum allowed size of 67108864 bytes."),
        "{error}"
    );
}

#[tokio::test]
async fn the_engine_says_how_much_code_a_worker_may_have() {
    let engine =
        Engine::with_config(config().max_sandboxes(1).max_code_bytes(1000)).expect("an engine");
    let of = |bytes: usize| Case::named("main.json", " ".repeat(bytes - 1) + "1").engine(&engine);
    assert!(of(1000).load().is_ok());
    let error = of(1001).load().expect_err("too large").to_string();
    assert!(
        error.contains("(1001 bytes) exceeds the maximum allowed size of 1000 bytes."),
        "{error}"
    );
}

#[tokio::test]
async fn a_worker_tells_its_compatibility_date() {
    let dated = |date: &str| Case::js("").code(|code| code.compatibility_date(date)).load();
    assert_eq!(dated("2026-03-01").expect("a worker").compatibility_date(), Some("2026-03-01"));
    assert_eq!(Case::js("").worker().compatibility_date(), None);
    for wrong in ["", "yesterday", "2026-3-01", "2026-03-011", "2026/03/01", "２０２６-03"] {
        let error = dated(wrong).expect_err(wrong).to_string();
        assert!(error.contains("compatibility date"), "{error}");
    }
}

#[tokio::test]
async fn wait_until_goes_on_after_the_value() {
    let worker = Case::js(
        "let done = 0;
         export default {
            run(_, env, ctx) {
                ctx.waitUntil(new Promise(resolve => setTimeout(() => { done++; console.log('done'); resolve() }, 20)));
                return done;
            }
         }",
    )
    .worker();
    // `call` returns before `waitUntil` has settled. A report is made after it has.
    let value: u32 = soon(worker.entrypoint().call("run", ())).await.expect("a value");
    assert_eq!(value, 0);
    let report = call(&worker, ()).await;
    assert!(report.logs().contains(&"done"));
    let last = call(&worker, ()).await.json().as_u64();
    assert!(last >= Some(1), "{last:?}");
}

#[tokio::test]
async fn wait_until_that_fails_is_logged_and_fails_nothing() {
    let run =
        Case::body("ctx.waitUntil(Promise.reject(new Error('later'))); return 'value'").run().await;
    let run = run.expect_ok("value");
    assert!(run.logs().iter().any(|line| line.contains("later")), "{:?}", run.logs());
}

#[tokio::test]
async fn what_a_call_leaves_behind_ends_with_it() {
    let worker = Case::js(
        "let fired = 0;
         export default { run(leave) { if (leave) setTimeout(() => fired++, 0); return fired } }",
    )
    .worker();
    let _ = call(&worker, true).await.expect_ok(0);
    // The timer would fire in this time if it were kept.
    let wait = Case::body("await new Promise(resolve => setTimeout(resolve, 30)); return 1");
    let _ = wait.run().await.expect_ok(1);
    let _ = call(&worker, false).await.expect_ok(0);
}

#[tokio::test]
async fn exceptions_have_a_name_a_message_and_a_stack() {
    let run = Case::js(
        "function inner() { throw new RangeError('deep') }
export default {
  run() {
    inner();
  }
}",
    )
    .run()
    .await
    .expect_exception("RangeError", "deep");
    let stack = run.exception().stack.as_deref().expect("a stack");
    let frames: Vec<_> = stack.lines().map(str::trim).collect();
    assert!(frames[0].starts_with("at inner (main.js:1:"), "{stack}");
    assert!(frames[1].starts_with("at Object.run (main.js:4:"), "{stack}");
    assert_eq!(run.error().to_string(), "RangeError: deep");
}

#[tokio::test]
async fn a_worker_outlives_the_runtime_that_called_it_first() {
    let worker = Case::js(COUNTER).worker();
    let _ = call(&worker, ()).await.expect_ok(1);
    let other = worker.clone();
    let count = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let own = Case::js(COUNTER).worker();
        runtime.block_on(async { assert_eq!(call(&own, ()).await.json(), json!(1)) });
        own
    })
    .join()
    .expect("no panic");
    // The driver ended with the other runtime. It starts again on this one.
    let _ = call(&count, ()).await.expect_ok(1);
    let _ = call(&other, ()).await.expect_ok(2);
}

#[test]
fn without_a_runtime_a_call_says_so() {
    let worker = Case::js(COUNTER).worker();
    let mut calling = worker.entrypoint().call::<u32>("run", ());
    let waker = std::task::Waker::noop();
    let polled = calling.as_mut().poll(&mut std::task::Context::from_waker(waker));
    let std::task::Poll::Ready(Err(error)) = polled else { panic!("{polled:?}") };
    assert!(matches!(error, Error::NoRuntime), "{error:?}");
}

#[tokio::test]
async fn dropping_a_worker_does_not_drop_its_calls() {
    let worker =
        Case::body("await new Promise(resolve => setTimeout(resolve, 20)); return 'kept'").worker();
    let entrypoint = worker.entrypoint();
    let calling = run(&entrypoint, Some("run"), ());
    drop(worker);
    let _ = calling.await.expect_ok("kept");
}
