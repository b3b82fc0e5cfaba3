//@ outcome: exceededOutput,exceededMemory
//@ args:
//@ cpu: 1
//@ log: 2
// One line of 60 MiB.
export default () => { console.log("x".repeat(60 << 20)); };
