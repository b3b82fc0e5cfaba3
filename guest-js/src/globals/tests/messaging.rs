//! `MessageChannel`, `BroadcastChannel`, `MessageEvent`, and tasks of the scheduler.

use super::Realm;

#[test]
fn ports_pass_messages_in_tasks() {
    let realm = Realm::new();
    realm.eval(
        "var told = []; var { port1, port2 } = new MessageChannel(); \
         port2.onmessage = (event) => { told.push(event.data.a, event instanceof MessageEvent, event.isTrusted, event.target === port2) }; \
         port1.postMessage({ a: 1 }); told.push('sent')",
    );
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "sent,1,true,true,true");
    // A port without a handler waits for `start()`.
    realm.eval("port1.addEventListener('message', (event) => told.push(event.data)); port2.postMessage('b'); told = []");
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "");
    realm.eval("port1.start()");
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "b");
    realm.eval("port1.onclose = () => told.push('closed'); port2.close(); port2.postMessage('c')");
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "b,closed");
}

#[test]
fn ports_are_transferred() {
    let realm = Realm::new();
    realm.eval(
        "var told = []; var a = new MessageChannel(); var b = new MessageChannel(); \
         a.port2.onmessage = ({ data, ports }) => { ports[0].postMessage([data.p === ports[0], 'hi']) }; \
         b.port1.onmessage = ({ data }) => told.push(...data); \
         a.port1.postMessage({ p: b.port2 }, [b.port2])",
    );
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "true,hi");
    realm.check(&[
        (
            "try { structuredClone(1, { transfer: [b.port2] }) } catch (e) { e.name }",
            "DataCloneError",
        ),
        ("try { a.port1.postMessage(1, [a.port1]) } catch (e) { e.name }", "DataCloneError"),
        ("try { structuredClone(a.port1) } catch (e) { e.name }", "DataCloneError"),
        ("try { new MessagePort() } catch (e) { e.name }", "TypeError"),
        ("structuredClone(a.port1, { transfer: [a.port1] }) instanceof MessagePort", "true"),
    ]);
}

#[test]
fn channels_broadcast() {
    let realm = Realm::new();
    realm.eval(
        "var told = []; var [a, b, c, other] = ['x', 'x', 'x', 'y'].map((name) => new BroadcastChannel(name)); \
         for (const [index, channel] of [a, b, c, other].entries()) channel.onmessage = ({ data }) => told.push(index + data.m); \
         a.postMessage({ m: 'm' }); c.close()",
    );
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "1m");
    realm.check(&[
        ("try { c.postMessage(1) } catch (e) { e.name }", "InvalidStateError"),
        ("try { a.postMessage(() => {}) } catch (e) { e.name }", "DataCloneError"),
    ]);
}

#[test]
fn tasks_are_posted() {
    let realm = Realm::new();
    realm.eval(
        "var told = []; scheduler.postTask(() => { told.push('task'); return 7 }).then((value) => told.push(value)); \
         scheduler.yield().then(() => told.push('yielded')); told.push('now'); \
         scheduler.postTask(() => {}, { signal: AbortSignal.abort('why') }).catch((reason) => told.push(reason)); \
         scheduler.postTask(() => {}, { priority: 'x' }).catch((error) => told.push(error.name))",
    );
    realm.fire();
    assert_eq!(realm.eval("told.join()"), "now,TypeError,why,task,7,yielded");
}

#[test]
fn performance_keeps_marks() {
    let realm = Realm::new();
    crate::clock::set(10.0);
    realm.check(&[
        ("performance.mark('a', { detail: { x: 1 } }).startTime", "10"),
        ("performance.mark('b', { startTime: 25 }).entryType", "mark"),
        ("var m = performance.measure('m', 'a', 'b'); [m.startTime, m.duration, m.detail].join()", "10,15,"),
        ("performance.measure('n', { start: 1, duration: 2, detail: 'd' }).detail", "d"),
        ("performance.getEntries().map((entry) => entry.name).join()", "n,a,m,b"),
        ("performance.getEntriesByName('a')[0].detail.x", "1"),
        ("performance.getEntriesByType('measure').length", "2"),
        ("performance.clearMarks('a'); performance.clearMeasures(); performance.getEntries().length", "1"),
        ("try { performance.measure('x', 'gone') } catch (e) { e.name }", "SyntaxError"),
        ("try { performance.mark('x', { startTime: -1 }) } catch (e) { e.name }", "TypeError"),
        ("performance instanceof EventTarget", "true"),
        ("[navigator.userAgent, navigator.hardwareConcurrency, navigator.language].join()", "isolet,1,en-US"),
    ]);
    crate::clock::set(0.0);
}
