//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 2
// Dates at the ends of time, expressions with mebibytes of source and boxed values of every kind.
export default () => [new Date(8.64e15), new Date(-8.64e15), new Date(NaN), new RegExp("\u2028/\\/".repeat(1 << 18)), Object("s"), Object(true), Object(1n), -0, NaN, new Map([[NaN, new Map()]]), new DataView(new ArrayBuffer(1 << 20))];
