//@ outcome: exception,exceededOutput,exceededMemory
//@ args: --call all
//@ cpu: 2
// What is thrown is a list of what can be thrown: functions, symbols, proxies, holes.
export default { all() { const big = "x".repeat(4 << 20); throw [() => 1, null, undefined, new Proxy({}, { get() { throw 1; } }), { big, toJSON() { return { big, again: big }; } }, Object(1n)]; } };
