//@ outcome: exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 2
// Clones of clones, each twice as large.
export default () => { let x = [new Date(), /x/g, new Map([[1, new Set([1])]]), new Uint8Array(99), 12n]; for (;;) x = [structuredClone(x), structuredClone(x)]; };
