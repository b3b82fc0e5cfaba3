//@ outcome: ok,exceededOutput,exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
//@ log: 4
// A value that is a hundred thousand deep, printed to any depth.
export default () => { let x = []; for (let i = 0; i < 100_000; i++) x = i % 2 ? [x] : new Map([[x, x]]); console.log(x); console.dir(x, { depth: null }); };
