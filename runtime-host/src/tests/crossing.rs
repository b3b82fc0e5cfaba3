//! Sandboxes with our own guest that call a liar, and that a liar calls.

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::engine::{Engine, EngineConfig};
use crate::error::Error;
use crate::limits::Limits;
use crate::rpc::stub::Stub;
use crate::tests::picture;
use crate::tests::raw_guest::Liar;
use crate::tests::script::{
    GATE, assert_alive, call, hasty, list, message, method, outcome, pipelined, settle, stub,
    undefined,
};
use crate::worker::Worker;
use crate::worker_code::WorkerCode;

/// A worker that calls `env.PEER` with a script, and returns what it heard.
const CALLER: &str = "
export default { async run(script, env) {
    const said = [];
    const heard = async (what) => {
        try { said.push(typeof await what()) } catch (error) { said.push(error instanceof Error ? error.message : typeof error) }
    };
    const first = env.PEER.lie(script);
    const later = first.and.so.on(1);
    await heard(() => first);
    await heard(() => later);
    await heard(async () => { const value = await first; return await value() });
    await heard(async () => { const [value] = await first; return await value.call() });
    return said.join('\\n');
} };";

const CALLEE: &str = "
export default { async run(...all) {
    for (const it of all.flat()) { try { await it() } catch (error) { } }
    return all.length;
} };";

fn ours(source: &str, peer: Option<Stub>) -> Worker {
    let engine = Engine::with_config(EngineConfig::new().max_sandboxes(4)).expect("an engine");
    let code = WorkerCode::module("main.js", source);
    let code = match peer {
        Some(peer) => code.env("PEER", peer),
        None => code,
    };
    engine.loader().load(code).expect("a worker")
}

fn done(invocation: u32) -> wit::Outcome {
    outcome(vec![settle(invocation, Ok(undefined()))])
}

#[tokio::test]
async fn a_caller_of_ours_hears_of_every_lie_and_goes_on() {
    let liar = hasty();
    let promised = wit::Capability::Promised;
    let exported = wit::Capability::Exported;
    let never = || pipelined(1, 1, GATE, undefined());
    let scripts = [
        done(1),
        outcome(Vec::new()),
        outcome(vec![never(), settle(99, Ok(undefined()))]),
        outcome(vec![settle(1, Ok(message(b"no wire format")))]),
        outcome(vec![settle(1, Err(message(b"")))]),
        outcome(vec![settle(1, Err(message(Value::null().as_bytes())))]),
        outcome(vec![settle(1, Err(stub(exported(1))))]),
        // Twice, with different results.
        outcome(vec![settle(1, Ok(undefined())), settle(1, Err(undefined()))]),
        outcome(vec![settle(1, Ok(stub(wit::Capability::Imported(77))))]),
        outcome(vec![settle(1, Ok(stub(wit::Capability::Loader(0))))]),
        outcome(vec![settle(1, Ok(stub(wit::Capability::Imported(0))))]),
        outcome(vec![settle(1, Ok(list(vec![exported(7); 500])))]),
        outcome(vec![settle(1, Ok(stub(exported(u32::MAX))))]),
        outcome(vec![never(), settle(1, Ok(stub(promised(1))))]),
        outcome(vec![never(), settle(1, Ok(list(vec![promised(1), promised(2)])))]),
        outcome(vec![wit::Effect::LoadFailed(undefined())]),
        outcome(vec![call(1, 2, GATE, undefined())]),
    ];
    for script in scripts {
        let liar = liar.another();
        let caller = ours(CALLER, Some(liar.worker.entrypoint().stub()));
        let script = picture::argument(&picture::of(&[script], liar.end));
        let heard = caller.entrypoint().call::<isolet::Value>("run", &[script][..]).await;
        let heard = heard.expect("an answer").to::<String>().expect("text");
        assert!(heard.lines().count() >= 4, "{heard}");
        // Our sandbox is still the same one.
        let honest = picture::argument(&picture::of(&[done(2)], liar.end));
        let again = caller.entrypoint().call::<isolet::Value>("run", &[honest][..]).await;
        assert!(again.is_ok(), "{again:?}");
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_callee_of_ours_answers_whatever_it_is_called_with() {
    // The default export of the callee is capability 1.
    fn code() -> WorkerCode {
        let callee = ours(CALLEE, None);
        let wall = std::time::Duration::from_millis(500);
        WorkerCode::module("main.js", "")
            .env("PEER", callee.entrypoint().stub())
            .limits(Limits::default().wall(wall))
    }
    const PEER: u32 = 1;
    let promised = wit::Capability::Promised;
    let liar = Liar::new(code);
    let named = |path: &[&str], arguments: Option<wit::Message>| {
        let wit::Effect::Call(call) = call(1, 1, PEER, undefined()) else { unreachable!("a call") };
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        outcome(vec![wit::Effect::Call(wit::Call { path, arguments, ..call })])
    };
    let run = |arguments| outcome(vec![method(call(1, 1, PEER, arguments), "run")]);
    let deep = vec!["x"; 64];
    let forged = vec![
        wit::Capability::Imported(9),
        wit::Capability::Loader(1),
        wit::Capability::Exported(3),
        promised(1),
        promised(2),
    ];
    let arguments = || Some(list(Vec::new()));
    for said in [
        run(list(Vec::new())),
        run(list(forged)),
        run(list(vec![wit::Capability::Exported(0); 200])),
        // Arguments that are not an array.
        run(undefined()),
        run(message(Value::null().as_bytes())),
        run(stub(wit::Capability::Imported(1))),
        named(&[], None),
        named(&[], arguments()),
        named(&["__proto__"], None),
        named(&["__proto__", "constructor", "constructor"], arguments()),
        named(&["run", "constructor"], arguments()),
        named(&["run", "call"], arguments()),
        named(&["constructor"], arguments()),
        named(&[""], arguments()),
        named(&["\u{0}\n\u{1b}[31m"], arguments()),
        named(&deep, None),
        named(&deep, arguments()),
    ] {
        let answer = liar.another().goes_on(&[said, done(1)]).await;
        assert!(
            matches!(answer, Ok(_) | Err(Error::Hung | Error::Limit(_) | Error::Stopped(_))),
            "{answer:?}"
        );
    }
    assert_alive(&liar).await;
}
