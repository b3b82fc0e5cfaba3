//@ outcome: exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 1
// A proxy says that it has nine quadrillion elements.
export default () => Array.prototype.map.call(new Proxy([], { get: (t, k) => k === "length" ? 2 ** 53 - 1 : k === "constructor" ? undefined : 1, has: () => true }), x => x);
