//! `Event`, `EventTarget`, `AbortController` and `AbortSignal`.

use super::Realm;

#[test]
fn listeners_are_called_in_order() {
    let realm = Realm::new();
    realm.eval(
        "var heard = (setup, ...options) => { const target = new EventTarget(); let log = ''; \
         setup(target, (text) => (log += text)); target.dispatchEvent(new Event('x', ...options)); \
         target.dispatchEvent(new Event('x', ...options)); return log }",
    );
    realm.check(&[
        (
            "heard((t, say) => { t.addEventListener('x', () => say(1), { once: true }); \
             t.addEventListener('x', { handleEvent() { say(2) } }); \
             t.addEventListener('x', () => say(3), true) })",
            "31232",
        ),
        (
            "heard((t, say) => { t.addEventListener('x', (e) => { say(1); \
             e.stopImmediatePropagation() }); t.addEventListener('x', () => say(2)) })",
            "11",
        ),
        (
            "heard((t, say) => { const f = () => say('f'); t.addEventListener('x', f); \
             t.addEventListener('x', f); t.addEventListener('x', f, { capture: true }); \
             t.removeEventListener('x', f, true) })",
            "ff",
        ),
        (
            "heard((t, say) => { const g = () => say('g'); t.addEventListener('x', () => { \
             say('f'); t.removeEventListener('x', g); t.addEventListener('x', () => say('n'), \
             { once: true }) }); t.addEventListener('x', g) })",
            "ffn",
        ),
        (
            "heard((t, say) => t.addEventListener('x', function (e) { \
             say(this === t && e.target === t && e.currentTarget === t && e.eventPhase) }))",
            "22",
        ),
        (
            "var c = new AbortController(); heard((t, say) => { \
             t.addEventListener('x', () => { say('a'); c.abort() }, { signal: c.signal }); \
             t.addEventListener('x', () => say('b'), { signal: AbortSignal.abort() }) })",
            "a",
        ),
    ]);
}

#[test]
fn a_listener_that_throws_is_reported() {
    let realm = Realm::new();
    realm.check(&[(
        "var t = new EventTarget(); t.addEventListener('x', () => { throw 'oops' }); \
         t.addEventListener('x', {}); t.dispatchEvent(new Event('x'))",
        "true",
    )]);
    let logged = realm.logged();
    assert_eq!(logged[0], "Uncaught oops");
    assert!(logged[1].starts_with("Uncaught TypeError: not a function"), "{}", logged[1]);
}

#[test]
fn events_say_what_became_of_them() {
    Realm::new().check(&[
        (
            "var t = new EventTarget(); t.addEventListener('x', (e) => e.preventDefault()); \
             [{}, { cancelable: true }].map((o) => t.dispatchEvent(new Event('x', o))).join()",
            "true,false",
        ),
        (
            "t.addEventListener('y', (e) => e.preventDefault(), { passive: true }); \
             t.dispatchEvent(new Event('y', { cancelable: true }))",
            "true",
        ),
        ("new CustomEvent('x', { detail: 5 }).detail", "5"),
        ("String(new CustomEvent('x').detail)", "null"),
        ("new CustomEvent('x') instanceof Event", "true"),
        ("String(new Event('x'))", "[object Event]"),
        ("Event.AT_TARGET", "2"),
        ("try { t.dispatchEvent({}) } catch (e) { e.name }", "TypeError"),
        (
            "var e = new Event('z'); var thrown; t.addEventListener('z', () => { \
             try { t.dispatchEvent(e) } catch (error) { thrown = error.name } }); \
             t.dispatchEvent(e); thrown",
            "InvalidStateError",
        ),
        ("class Own extends EventTarget {} new Own().dispatchEvent(new Event('x'))", "true"),
        ("try { Event('x') } catch (e) { e.name }", "TypeError"),
    ]);
}

#[test]
fn signals_are_aborted_once() {
    Realm::new().check(&[
        (
            "var c = new AbortController(); var log = ''; \
             c.signal.addEventListener('abort', (e) => (log += e.type + e.target.aborted)); \
             c.signal.onabort = () => (log += ' on'); c.abort(); c.abort(1); log",
            "aborttrue on",
        ),
        ("[c.signal.reason.name, c.signal.reason.code].join()", "AbortError,20"),
        ("AbortSignal.abort('x').reason", "x"),
        ("try { AbortSignal.abort().throwIfAborted() } catch (e) { e.name }", "AbortError"),
        (
            "var a = new AbortController(); var any = AbortSignal.any([a.signal]); \
             any.onabort = () => (log = 'any'); a.abort(5); log + any.reason + any.aborted",
            "any5true",
        ),
        ("AbortSignal.any([AbortSignal.abort(1), AbortSignal.abort(2)]).reason", "1"),
        ("AbortSignal.any([]).aborted", "false"),
        ("var s = new AbortController().signal; s.onabort = 1; String(s.onabort)", "null"),
        ("try { new AbortSignal() } catch (e) { e.message }", "Illegal constructor"),
        ("String(new AbortController())", "[object AbortController]"),
        (
            "internals.inspect(new AbortController())",
            "AbortController { signal: AbortSignal { aborted: false } }",
        ),
    ]);
}

#[test]
fn a_signal_may_time_out() {
    let realm = Realm::new();
    realm.eval("var s = AbortSignal.timeout(5)");
    realm.fire();
    realm.check(&[
        ("s.reason.name", "TimeoutError"),
        ("try { AbortSignal.timeout(-1) } catch (e) { e.name }", "TypeError"),
        ("try { AbortSignal.timeout() } catch (e) { e.name }", "TypeError"),
    ]);
}
