//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 2
// A hundred thousand views of one buffer of 8 MiB: each would be printed in full.
export default () => { const b = new ArrayBuffer(8 << 20); return Array.from({ length: 100_000 }, () => new Uint8Array(b)); };
