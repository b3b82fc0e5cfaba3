//! An `AbortSignal` crosses, and is aborted elsewhere when the original is aborted.

use serde_json::json;

use crate::family::family;

const CHILD: &str = "
export default class extends WorkerEntrypoint {
    seen(signal) { return [signal instanceof AbortSignal, signal.aborted, signal.reason?.name ?? signal.reason ?? null] }
    wait(signal) { return new Promise((resolve) => { signal.onabort = () => resolve([signal.aborted, signal.reason?.message ?? signal.reason]) }) }
    async poll(signal, step) { while (!signal.aborted) await step(); return signal.reason }
    pass(other, signal) { return other.wait(signal) }
    make() { const c = new AbortController(); setTimeout(() => c.abort('made'), 1); return c.signal }
    async fetch(request) {
        const { signal } = request;
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await this.env.tell(String(signal.reason)); return new Response() }
};";

#[tokio::test]
async fn before_a_call_and_during_it() {
    let run = family(
        CHILD,
        "const stub = child(env), told = [];
         told.push(await stub.seen(AbortSignal.abort()), await stub.seen(AbortSignal.abort('why')), await stub.seen(new AbortController().signal));
         for (const reason of [new RangeError('late'), 'text', { message: 'object' }, 5, Symbol('no')]) {
            const controller = new AbortController(), waiting = stub.wait(controller.signal);
            setTimeout(() => controller.abort(reason), 1);
            const [aborted, why] = await waiting;
            told.push([aborted, typeof why === 'string' ? why : typeof why]);
         }
         let steps = 0; const polled = new AbortController();
         told.push(await stub.poll(polled.signal, () => { if (++steps === 3) polled.abort(7) }), steps >= 3);
         const passed = new AbortController(), through = stub.pass(child(env), passed.signal);
         setTimeout(() => passed.abort('far'), 1);
         told.push(await through);
         return told",
    );
    let _ = run.run().await.expect_ok(json!([
        [true, true, "AbortError"],
        [true, true, "why"],
        [true, false, null],
        [true, "late"],
        [true, "text"],
        [true, "object"],
        [true, "number"],
        [true, "This operation was aborted"],
        7,
        true,
        [true, "far"]
    ]));
}

#[tokio::test]
async fn a_signal_of_a_request_reaches_its_handler() {
    let run = family(
        CHILD,
        "const { promise: told, resolve } = Promise.withResolvers();
         const stub = child(env, { env: { tell: (text) => { resolve(text) } } });
         const controller = new AbortController();
         const request = new Request('http://a', { signal: controller.signal });
         const follows = [request.signal !== controller.signal, request.clone().signal.aborted];
         const waiting = caught(() => stub.fetch(request));
         setTimeout(() => controller.abort(new Error('enough')), 1);
         return [await waiting, await told, request.signal.aborted, follows]",
    );
    let _ = run.run().await.expect_ok(json!([
        ["Error", "enough"],
        "Error: enough",
        true,
        [true, false]
    ]));
}
