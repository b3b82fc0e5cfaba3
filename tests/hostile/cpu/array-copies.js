//@ outcome: exceededCpu
//@ args:
//@ cpu: 2
// Copies of 48 MiB, one after another: a bulk copy is one instruction, and must be paid for by the byte.
export default () => { const a = new Uint8Array(48 << 20); for (;;) { a.copyWithin(1, 0); a.fill(7); } };
