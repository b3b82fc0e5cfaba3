//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// Stacks of any length, from the deepest frame, a million times.
Error.stackTraceLimit = Infinity;
const deep = (n) => { if (n === 0) { for (;;) String(new Error("x".repeat(1000)).stack); } return deep(n - 1) + 1; };
export default () => deep(300);
