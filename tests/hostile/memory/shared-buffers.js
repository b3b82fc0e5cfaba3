//@ outcome: ok,exception,exceededMemory
//@ args:
//@ cpu: 1
// Shared memory, if there is any, and atomics that wait for ever.
export default () => { const s = new SharedArrayBuffer(64 << 20); return Atomics.wait(new Int32Array(s), 0, 0, Infinity); };
