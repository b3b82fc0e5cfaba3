//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
// Every position of a long text matches the empty string, and each match is an object.
export default () => { const s = "a".repeat(1 << 22); for (;;) [...s.matchAll(/(?:)/g)]; };
