//! Each global exists and does the ordinary thing. The details are tested where the globals are
//! implemented.

use serde_json::json;

use crate::harness::Case;

#[tokio::test]
async fn text_and_base64() {
    let _ = Case::body(
        "const bytes = new TextEncoder().encode('aä𝄞');
         return [[...bytes], new TextDecoder().decode(bytes), btoa('hello'), atob('aGVsbG8='),
            new TextDecoder('utf-8', { fatal: false }).decode(new Uint8Array([0xff])),
            (() => { try { atob('***') } catch (e) { return [e.name, e instanceof DOMException] } })()]",
    )
    .run()
    .await
    .expect_ok(json!([
        [97, 195, 164, 240, 157, 132, 158], "aä𝄞", "aGVsbG8=", "hello", "\u{fffd}",
        ["InvalidCharacterError", true]
    ]));
}

#[tokio::test]
async fn urls() {
    let _ = Case::body(
        "const url = new URL('../b?x=1#h', 'https://user@example.com:8080/a/c');
         url.searchParams.append('y', 'ä b');
         return [url.href, url.origin, url.host, url.pathname, url.hash,
            [...new URLSearchParams('a=1&a=2&b')], URL.canParse('nope'), new URL('https://bücher.example/').host,
            (() => { try { new URL('nope') } catch (e) { return e.name } })()]",
    )
    .run()
    .await
    .expect_ok(json!([
        "https://user@example.com:8080/b?x=1&y=%C3%A4+b#h", "https://example.com:8080", "example.com:8080", "/b", "#h",
        [["a", "1"], ["a", "2"], ["b", ""]], false, "xn--bcher-kva.example", "TypeError"
    ]));
}

#[tokio::test]
async fn structured_clone() {
    let _ = Case::body(
        "const o = { date: new Date(0), map: new Map([[1, /a/g]]), list: [1, , 3] }; o.self = o;
         const copy = structuredClone(o);
         return [copy !== o, copy.self === copy, copy.date.getTime(), copy.map.get(1).flags, 1 in copy.list,
            (() => { try { structuredClone(() => {}) } catch (e) { return [e.name, e instanceof DOMException] } })()]",
    )
    .run()
    .await
    .expect_ok(json!([true, true, 0, "g", false, ["DataCloneError", true]]));
}

#[tokio::test]
async fn events_and_aborting() {
    let _ = Case::body(
        "const seen = []; const target = new EventTarget();
         target.addEventListener('x', event => seen.push(event.type, event.defaultPrevented), { once: true });
         target.dispatchEvent(new Event('x')); target.dispatchEvent(new Event('x'));
         const controller = new AbortController();
         controller.signal.addEventListener('abort', () => seen.push('aborted'));
         controller.abort();
         try { controller.signal.throwIfAborted() } catch (e) { seen.push(e.name) }
         try { await new Promise((_, reject) => { const s = AbortSignal.timeout(1); s.onabort = () => reject(s.reason) }) } catch (e) { seen.push(e.name) }
         return seen",
    )
    .run()
    .await
    .expect_ok(json!(["x", false, "aborted", "AbortError", "TimeoutError"]));
}

#[tokio::test]
async fn timers_pass_arguments_and_can_be_cleared() {
    let _ = Case::body(
        "const seen = [];
         setTimeout((...all) => seen.push(...all), 1, 'a', 'b');
         clearTimeout(setTimeout(() => seen.push('never'), 1));
         let n = 0;
         await new Promise(resolve => { const id = setInterval(() => { if (++n === 3) { clearInterval(id); resolve() } }, 1) });
         await new Promise(resolve => setTimeout(resolve, 10));
         return [seen, n]",
    )
    .run()
    .await
    .expect_ok(json!([["a", "b"], 3]));
}

#[tokio::test]
async fn random_values_fill_what_they_are_given() {
    let _ = Case::body(
        "const array = new Uint32Array(4);
         const same = crypto.getRandomValues(array) === array;
         const name = f => { try { f() } catch (e) { return e.name } };
         return [same, array.some(x => x > 0), name(() => crypto.getRandomValues(new Uint8Array(65537))),
            name(() => crypto.getRandomValues(new Float32Array(1))), name(() => crypto.getRandomValues([]))]",
    )
    .run()
    .await
    .expect_ok(json!([true, true, "QuotaExceededError", "TypeMismatchError", "TypeMismatchError"]));
}

#[tokio::test]
async fn the_scheduler_waits_until_it_is_aborted() {
    let _ = Case::body(
        "const told = [], controller = new AbortController();
         const caught = (promise) => promise.then((value) => `fine ${value}`, (error) => error.message ?? error);
         const all = [scheduler.wait(20).then(() => told.push('late')), scheduler.wait(1).then(() => told.push('soon'))];
         const waits = [scheduler.wait(60_000, { signal: controller.signal }), scheduler.wait(5, { signal: AbortSignal.abort('before') }),
                        scheduler.wait(1, { signal: controller.signal }), scheduler.wait(1, { signal: {} })].map(caught);
         await Promise.all(all);
         controller.abort('enough');
         return [told, await Promise.all(waits), Object.prototype.toString.call(scheduler), await caught((async () => new scheduler.constructor())())]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["soon", "late"],
        ["enough", "before", "fine undefined", "Failed to execute 'wait': the signal is no AbortSignal."],
        "[object Scheduler]",
        "Illegal constructor"
    ]));
}

#[tokio::test]
async fn shared_memory_is_decoded() {
    let _ = Case::body(
        "const shared = new SharedArrayBuffer(2); new Uint8Array(shared).set([104, 105]);
         const decoder = new TextDecoder();
         const fake = { __proto__: SharedArrayBuffer.prototype };
         try { decoder.decode(fake) } catch (e) { return [decoder.decode(shared), decoder.decode(new Uint8Array(shared, 1)), e.name] }",
    )
    .run()
    .await
    .expect_ok(["hi", "i", "TypeError"]);
}

#[tokio::test]
async fn fetch_refuses() {
    let _ = Case::body(
        "try { await fetch('https://example.com/') } catch (e) { return [e.name, e.message] }",
    )
    .run()
    .await
    .expect_ok(json!([
        "Error",
        "This worker is not permitted to access the internet via global functions like fetch(). \
             It must use capabilities (such as bindings in 'env') to talk to the outside world."
    ]));
}
