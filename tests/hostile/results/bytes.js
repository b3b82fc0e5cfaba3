//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 4
// Thirty mebibytes of bytes, which are printed as numbers.
export default () => new Uint8Array(30 << 20).fill(255);
