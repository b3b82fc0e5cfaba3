//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 2
// The same with halves of letters.
export default () => "\ud800\u202e".repeat(7 << 20);
