//@ outcome: ok,exceededOutput,exceededCpu
//@ args:
//@ cpu: 1
//@ log: 4
// A million groups within groups, and text whose every line is indented by all of them.
export default () => { for (let i = 0; i < 1_000_000; i++) console.group(); console.log("\n".repeat(30_000)); for (;;) console.group("g\n".repeat(1000)); };
