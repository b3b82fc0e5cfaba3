//@ outcome: ok,exceededOutput,exceededCpu,exceededMemory
//@ args:
//@ cpu: 3
//@ log: 4
// Arrays of four thousand million holes, huge buffers and numbers with a million digits.
export default () => { const a = []; a.length = 2 ** 32 - 1; console.log(a, new Uint8Array(50 << 20), 2n ** 1_000_000n, new Array(1e6).fill("s")); console.table(a); };
