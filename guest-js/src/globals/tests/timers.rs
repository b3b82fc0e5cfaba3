//! Timers, microtasks and what is reported.

use super::Realm;

#[test]
fn timers_fire_in_the_order_of_their_due_times() {
    let realm = Realm::new();
    realm.eval(
        "var log = []; setTimeout(() => log.push('c'), 2); setTimeout(() => log.push('a')); \
         setTimeout((...args) => log.push(...args), 1, 'b', 'b'); \
         setTimeout(() => log.push('a2'), 0)",
    );
    realm.fire();
    assert_eq!(realm.eval("log.join()"), "a,a2,b,b,c");
    assert_eq!(crate::clock::now().to_string(), "2");
}

#[test]
fn intervals_go_on_until_they_are_cleared() {
    let realm = Realm::new();
    realm.eval("var n = 0; var id = setInterval(() => { if (++n === 3) clearInterval(id) }, 0)");
    realm.fire();
    assert_eq!(realm.eval("n"), "3");
    assert_eq!(crate::clock::now().to_string(), "3");
}

#[test]
fn delays_are_clamped() {
    let realm = Realm::new();
    for (delay, due) in [
        ("undefined", 0.0),
        ("NaN", 0.0),
        ("-5", 0.0),
        ("'7'", 7.0),
        ("{}", 0.0),
        ("1.9", 1.0),
        ("Infinity", 2_147_483_647.0),
        ("1e300", 2_147_483_647.0),
    ] {
        let id = realm.eval(&format!("var id = setTimeout(() => {{}}, {delay}); id"));
        assert!(id.parse::<u32>().is_ok_and(|id| id > 0), "{id}");
        let alarm = realm.state.timers.borrow().alarm().map(|alarm| alarm.due);
        assert_eq!(alarm, Some(due), "{delay}");
        realm.eval("clearTimeout(id)");
        assert!(realm.state.timers.borrow().alarm().is_none());
    }
}

#[test]
fn only_functions_are_callbacks() {
    let realm = Realm::new();
    for call in ["setTimeout('x')", "setTimeout()", "setInterval({})", "queueMicrotask(1)"] {
        let caught = format!("try {{ {call}; 'none' }} catch (error) {{ error.name }}");
        assert_eq!(realm.eval(&caught), "TypeError", "{call}");
    }
    for id in ["", "NaN", "-1", "'x'", "{}", "1e300", "Infinity"] {
        assert_eq!(realm.eval(&format!("clearTimeout({id})")), "undefined", "{id}");
    }
}

#[test]
fn a_callback_is_called_on_the_global_object() {
    let realm = Realm::new();
    realm.eval("var on = []; setTimeout(function () { on.push(this === globalThis) })");
    realm.eval("setTimeout(function () { on.push(this === globalThis) }, 0, 1)");
    realm.fire();
    assert_eq!(realm.eval("on.join()"), "true,true");
}

#[test]
fn what_nobody_catches_is_reported() {
    let realm = Realm::new();
    realm.eval("queueMicrotask(() => { throw { a: 1 } })");
    realm.eval("reportError('b')");
    realm.eval("reportError(new TypeError('c'))");
    let logged = realm.logged();
    assert_eq!(logged[..2], ["Uncaught { a: 1 }", "Uncaught b"]);
    assert!(logged[2].starts_with("Uncaught TypeError: c\n    at"), "{}", logged[2]);
    assert_eq!(realm.eval("try { reportError() } catch (error) { error.name }"), "TypeError");
}

#[test]
fn microtasks_run_before_timers() {
    let realm = Realm::new();
    realm.eval(
        "var log = []; setTimeout(() => log.push('timer')); queueMicrotask(() => log.push('a')); \
         Promise.resolve().then(() => log.push('b')); log.push('now')",
    );
    realm.fire();
    assert_eq!(realm.eval("log.join()"), "now,a,b,timer");
}
