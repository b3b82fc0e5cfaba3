//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// The same backwards, with case folding of Unicode.
export default () => /(?<=^b(\w+|[aé]+)+)x/iu.test("a".repeat(60) + "x");
