//@ outcome: ok,exceededOutput,exceededMemory,exception
//@ args:
//@ cpu: 2
// A result a million deep.
export default () => { let x = null; for (let i = 0; i < 1_000_000; i++) x = [x]; return x; };
