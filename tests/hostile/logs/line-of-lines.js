//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 1
//@ log: 4
// Nearly a mebibyte of nothing but ends of lines, each of which is indented.
export default () => { for (let i = 0; i < 10; i++) console.log("\n".repeat(90_000)); };
