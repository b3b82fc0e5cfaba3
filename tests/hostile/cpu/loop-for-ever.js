//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// A loop that never ends is stopped when the fuel of the call is used up.
export default () => { for (;;); };
