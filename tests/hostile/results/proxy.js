//@ outcome: ok,exception,exceededCpu
//@ args:
//@ cpu: 1
// A proxy that has other keys each time it is asked.
let n = 0;
export default () => new Proxy({}, { ownKeys: () => Array.from({ length: 1000 }, () => `k${n++}`), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });
