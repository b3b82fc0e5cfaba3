//@ outcome: exceededMemory
//@ args:
//@ cpu: 1
// Buffers of a mebibyte, each written to.
export default () => { const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)); };
