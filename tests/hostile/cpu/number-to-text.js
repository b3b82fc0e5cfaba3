//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// The longest ways to print a number.
export default () => { for (;;) { (1.7976931348623157e308).toFixed(100); (5e-324).toPrecision(100); (Math.PI * 1e-300).toString(3); } };
