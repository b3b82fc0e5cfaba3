//@ outcome: ok
//@ value: 11
//@ args:
//@ cpu: 3
// Recursion through whatever calls back ends as a RangeError that the code can catch, each time.
const ways = [
  () => { const f = () => f(); f(); },
  () => { const o = { toString() { return `${o}`; } }; `${o}`; },
  () => { const o = { get x() { return o.x; } }; o.x; },
  () => { const f = (s) => s.replace(/x/, () => f(s)); f("x"); },
  () => { const f = () => [1, 2].sort(() => f()); f(); },
  () => { const f = () => JSON.parse("[1]", () => f()); f(); },
  () => { class A { constructor() { new A(); } } new A(); },
  () => { const f = () => Reflect.apply(f, null, []); f(); },
  () => { const f = () => [...{ *[Symbol.iterator]() { yield* f(); } }]; f(); },
  () => { const f = f2 => Array.from({ length: 1 }, () => f(f2)); f(); },
  () => { const p = new Proxy(function () {}, { apply: () => p() }); p(); },
];
export default () => ways.filter((way) => { try { way(); } catch (e) { return e instanceof RangeError; } return false; }).length;
