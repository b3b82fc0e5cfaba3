//@ outcome: exceededMemory,exceededCpu
//@ args:
//@ cpu: 2
// Names that are never forgotten: symbols of the registry and properties of one object.
export default () => { const o = {}; for (let i = 0; ; i++) { Symbol.for("k".repeat(100) + i); o["p".repeat(100) + i] = i; } };
