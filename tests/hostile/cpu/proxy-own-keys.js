//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// A proxy that claims hundreds of thousands of properties, each looked up by a trap.
export default () => { const keys = Array.from({ length: 300_000 }, (_, i) => `k${i}`); const p = new Proxy({}, { ownKeys: () => keys, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) }); for (;;) Object.assign({}, p); };
