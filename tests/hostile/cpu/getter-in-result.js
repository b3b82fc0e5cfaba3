//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// The result is harmless until it is written down: then a getter never comes back.
export default () => ({ get x() { for (;;); } });
