//@ outcome: exceededOutput
//@ args:
//@ cpu: 1
//@ log: 2
// Lines without end.
export default () => { for (;;) console.log("x".repeat(1 << 15)); };
