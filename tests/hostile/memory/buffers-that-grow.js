//@ outcome: exceededMemory,exception,exceededCpu
//@ args:
//@ cpu: 1
// A buffer that may grow to all there is, resized and transferred.
export default () => { let b = new ArrayBuffer(0, { maxByteLength: 2 ** 31 - 1 }); for (let n = 1; ; n *= 2) { b.resize(n); b = b.transfer(n + 1); } };
