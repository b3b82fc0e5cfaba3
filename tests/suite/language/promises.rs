//! Promises, `await` and asynchronous iteration.

use serde_json::json;

use super::gives;

#[tokio::test]
async fn for_await_waits_for_the_end_of_its_iterator() {
    gives(
        "const log = [], one = async () => ({ value: 1, done: false });
         const slow = async () => { log.push('return'); await 0; await 0; log.push('done'); return {} };
         const from = (next, end) => ({ [Symbol.asyncIterator]: () => ({ next, return: end }) });
         const loop = async (it, body) => {
            try { for await (const x of it) { log.push(x); body?.(x); break } } catch (e) { log.push(e.message) }
            return log.splice(0).join(' ');
         };
         const fail = () => { throw Error('body') };
         async function* generator() { try { yield 1 } finally { await 0; await 0; log.push('cleaned') } }
         async function returns() { for await (const x of from(one, slow)) return 'v' }
         async function* yields() { for await (const x of from(one, slow)) yield x }
         const thrown = yields();
         await thrown.next();
         return [
            await loop(from(one, slow), fail), await loop(generator(), fail), await loop(from(one, slow)),
            await loop(from(one, async () => { throw Error('end') }), fail),
            await loop(from(one, () => { throw Error('end') }), fail), await loop(from(one, () => 5), fail),
            await loop(from(async () => { throw Error('next') }, slow)),
            await loop(from(() => { throw Error('next') }, slow)),
            await loop(from(() => ({ get done() { throw Error('result') } }), slow)),
            await returns() + ' ' + log.splice(0).join(' '),
            await thrown.throw(Error('in')).catch((e) => log.splice(0).join(' ') + ' ' + e.message),
         ]",
        json!([
            "1 return done body",
            "1 cleaned body",
            "1 return done",
            "1 body",
            "1 body",
            "1 body",
            "next",
            "next",
            "result",
            "v return done",
            "return done in"
        ]),
    )
    .await;
}

#[tokio::test]
async fn a_rejected_value_closes_the_iterator_that_it_came_from() {
    gives(
        "const log = [];
         function* values() { try { yield Promise.reject(Error('value')) } finally { log.push('closed') } }
         try { for await (const x of values()) log.push(x) } catch (e) { log.push(e.message) }
         async function* all() { yield* values() }
         try { for await (const x of all()) log.push(x) } catch (e) { log.push(e.message) }
         return log",
        json!(["closed", "value", "closed", "value"]),
    )
    .await;
}

#[tokio::test]
async fn who_waits_for_an_invocation_looks_nothing_up() {
    gives(
        "const seen = [];
         Object.defineProperty(Promise.prototype, 'constructor', {
            get() { seen.push('constructor'); return Promise },
         });
         globalThis.seen = seen;
         return new Promise((resolve) => setTimeout(() => resolve(seen.length), 1))",
        // An async function that returns a promise calls `then` of it, which is the one lookup.
        json!(1),
    )
    .await;
}

/// The order is that of V8.
#[tokio::test]
async fn promises_settle_in_the_order_of_the_standard() {
    gives(
        "const log = [];
         const tick = async (name, count) => { for (let i = 1; i <= count; i++) { await 0; log.push(`${name}${i}`) } };
         const thenable = { then(resolve) { log.push('then'); resolve('t') } };
         class Sub extends Promise {}
         const self = Promise.resolve().then(() => self);
         const steps = [
         tick('-', 6),
         (async () => 'plain')().then((it) => log.push(it)),
         (async () => Promise.resolve('promised'))().then((it) => log.push(it)),
         (async () => { log.push(await thenable) })(),
         (async () => { log.push(await Sub.resolve('sub')) })(),
         (async () => { try { await Promise.reject(new Error('no')) } catch (error) { log.push(error.message) } })(),
         (async () => { throw new Error('thrown') })().catch((error) => log.push(error.message)),
         Promise.resolve(thenable).then((it) => log.push(`${it}2`)),
         Promise.resolve('late').then().then((it) => log.push(it)),
         Promise.reject('r').then(undefined, (it) => { log.push(it); return thenable }).then((it) => log.push(`${it}3`)),
         Promise.resolve({ get then() { throw 'getter' } }).catch((it) => log.push(it)),
         self.catch((error) => log.push(error.name)),
         Sub.resolve(1).then((it) => log.push(it)) instanceof Sub,
         (async () => { for await (const it of [1, Promise.resolve(2)]) log.push(`of${it}`) })(),
         ];
         await Promise.all(steps);
         return log.join(' ')",
        json!(
            "-1 plain then no thrown then r getter 1 TypeError -2 t t2 late then of1 -3 promised sub t3 -4 \
             of2 -5 -6"
        ),
    )
    .await;
}

#[tokio::test]
async fn an_await_that_fails_before_it_waits_can_be_caught() {
    gives(
        "const log = [];
         const throwing = (value) => Object.defineProperty(Promise.resolve(), 'constructor', { get() { throw value } });
         const once = async () => {
             try { await throwing('first') } catch (it) { log.push(it) } finally { log.push('finally') }
             for (const it of [1, 2]) try { await throwing(it) } catch (error) { log.push(error); await null }
             return 'ended';
         };
         log.push(await once());
         await (async () => { await throwing('out') })().catch((it) => log.push(it));
         return log",
        json!(["first", "finally", 1, 2, "ended", "out"]),
    )
    .await;
}
