//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 1
//@ log: 10
// Nearly a mebibyte of characters that take several letters each when they are shown, in the log and in the record.
export default () => { for (let i = 0; i < 30; i++) console.log("\u0000\u009b\u202e".repeat(6000)); };
