//@ outcome: exceededMemory,exceededCpu
//@ args:
//@ cpu: 6
// A Map, a Set and a WeakMap with everything in them.
export default () => { const m = new Map(), s = new Set(), w = new WeakMap(); for (let i = 0; ; i++) { const k = { i }; m.set(k, i); s.add(k); w.set(k, [k]); } };
