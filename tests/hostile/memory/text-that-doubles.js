//@ outcome: exceededMemory,exception
//@ args:
//@ cpu: 1
// A text that is twice as long each time.
export default () => { let s = "x"; for (;;) s += s; };
