//@ outcome: exception,exceededOutput,exceededMemory
//@ args: --call all
//@ cpu: 2
// The thrown value is a list of values that can be thrown: a function, a proxy whose traps throw, an object that grows when it is shown.
export default { all() { const big = "x".repeat(4 << 20); throw [() => 1, null, undefined, new Proxy({}, { get() { throw 1; } }), { big, toJSON() { return { big, again: big }; } }, Object(1n)]; } };
