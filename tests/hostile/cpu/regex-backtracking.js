//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// A regular expression that tries every way to split the text.
export default () => /^(a+)+$/.test("a".repeat(64) + "b");
