//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// The loop is in the module itself and not in a call.
for (;;);
export default () => 1;
