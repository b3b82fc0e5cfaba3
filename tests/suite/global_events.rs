//! The global is an event target, and is told of unhandled rejections and exceptions.

use serde_json::json;

use crate::harness::Case;

#[tokio::test]
async fn it_is_an_event_target() {
    let run = Case::body(
        "const seen = [], f = function (event) { seen.push(event.type, this === globalThis, event.target === globalThis) };
         addEventListener('x', f); globalThis.addEventListener('x', f); const told = dispatchEvent(new Event('x'));
         removeEventListener('x', f); self.dispatchEvent(new Event('x'));
         addEventListener('y', (event) => event.preventDefault(), { once: true });
         const prevented = [1, 2].map(() => dispatchEvent(new Event('y', { cancelable: true })));
         return [typeof addEventListener, seen, told, prevented, globalThis instanceof EventTarget, Object.hasOwn(globalThis, 'addEventListener'),
            (() => { try { EventTarget.prototype.addEventListener.call({}, 'x', f) } catch (e) { return e.name } })()]",
    );
    let _ = run.run().await.expect_ok(json!([
        "function",
        ["x", true, true],
        true,
        [false, true],
        true,
        false,
        "TypeError"
    ]));
}

#[tokio::test]
async fn a_rejection_that_nobody_handles_is_told_once() {
    let run = Case::js(
        "const seen = [];
         addEventListener('unhandledrejection', (event) => {
            seen.push([event.type, event.reason?.message ?? event.reason, event.promise instanceof Promise]);
            if (event.reason === 'taken') event.preventDefault();
            if (event.reason === 'more') Promise.reject('second');
         });
         const kept = [];
         addEventListener('rejectionhandled', (event) => seen.push([event.type, event.reason, event.promise === kept[0]]));
         const later = () => new Promise((resolve) => setTimeout(resolve, 1));
         export default { async run() {
            Promise.reject(new Error('lost')); Promise.reject('taken'); Promise.reject('more');
            const soon = Promise.reject('handled in time'); Promise.resolve().then(() => soon.catch(() => {}));
            kept[0] = Promise.reject('late'); await later();
            kept[0].catch(() => {}); await later();
            return seen } }",
    );
    let run = run.run().await.expect_ok(json!([
        ["unhandledrejection", "lost", true],
        ["unhandledrejection", "taken", true],
        ["unhandledrejection", "more", true],
        ["unhandledrejection", "late", true],
        ["unhandledrejection", "second", true],
        ["rejectionhandled", "late", true]
    ]));
    let logs = run.logs().join("\n");
    for (text, count) in [("lost", 1), ("taken", 0), ("second", 1), ("late", 1)] {
        assert_eq!(logs.matches(text).count(), count, "{text}: {logs}");
    }
}

#[tokio::test]
async fn an_exception_that_nobody_catches_is_told() {
    let run = Case::js(
        "const seen = [];
         addEventListener('error', (event) => {
            seen.push([event.message, event.error?.message ?? event.error]);
            if (event.error === 'taken') event.preventDefault();
            if (event.error === 'deep') throw new Error('in the listener');
         });
         export default { async run() {
            setTimeout(() => { throw new RangeError('in a timer') }, 1);
            queueMicrotask(() => { throw 'taken' }); reportError('deep');
            await new Promise((resolve) => setTimeout(resolve, 2));
            globalThis.onerror = (message, file, line, column, error) => { seen.push([message, error.message]); return true };
            reportError(new Error('own'));
            return seen } }",
    );
    let run = run.run().await.expect_ok(json!([
        ["Uncaught deep", "deep"],
        ["Uncaught taken", "taken"],
        ["Uncaught RangeError: in a timer", "in a timer"],
        ["Uncaught Error: own", "own"],
        ["Uncaught Error: own", "own"]
    ]));
    let logs = run.logs().join("\n");
    for (text, count) in [("in a timer", 1), ("taken", 0), ("in the listener", 1), ("own", 0)] {
        assert_eq!(logs.matches(text).count(), count, "{text}: {logs}");
    }
}
