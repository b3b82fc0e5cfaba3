//@ outcome: exceededMemory,exception,exceededCpu
//@ args:
//@ cpu: 2
// Errors within errors, with aggregates, and the last one thrown.
export default () => { let e = new Error("x"); for (let i = 0; i < 300_000; i++) e = i % 2 ? new Error("y", { cause: e }) : new AggregateError([e], "z"); throw e; };
