//@ outcome: ok,exceededOutput,exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
//@ log: 4
// A table with a column for each of its rows: the square of what is given.
export default () => { console.table(Array.from({ length: 3000 }, (_, i) => ({ [`c${i}`]: i }))); console.table([{ a: "x".repeat(1 << 19) }, ...Array(2000).fill({ a: 1 })]); };
