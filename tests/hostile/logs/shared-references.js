//@ outcome: ok,exceededOutput,exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
//@ log: 4
// An object that holds the one before twice, and that a hundred times.
export default () => { let x = { leaf: 1 }; for (let i = 0; i < 100; i++) x = { l: x, r: x }; console.log(x); console.dir(x, { depth: null }); console.dir(x, { depth: 1e9 }); };
