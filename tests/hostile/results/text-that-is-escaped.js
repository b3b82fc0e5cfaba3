//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 2
// Thirty mebibytes of text each letter of which is six when it is printed.
export default () => "\u0001".repeat(30 << 20);
