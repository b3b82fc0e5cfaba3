//@ outcome: ok
//@ value: "RangeError"
//@ args:
//@ cpu: 1
// The prototype of a proxy is the proxy itself, so that a lookup never arrives.
export default () => { const p = new Proxy({}, { getPrototypeOf: () => p, get: (t, k, r) => Reflect.get(Object.create(r), k) }); try { return p.x; } catch (e) { return e.name; } };
