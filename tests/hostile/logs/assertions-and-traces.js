//@ outcome: exceededOutput,exceededCpu
//@ args:
//@ cpu: 2
//@ log: 2
// Traces from deep down, and assertions that fail.
const deep = (n) => { if (n) return deep(n - 1) + 1; for (;;) { console.trace("t"); console.assert(false, "%s", { a: 1 }); } };
export default () => deep(500);
