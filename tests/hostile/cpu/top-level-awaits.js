//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// A module whose top level waits for one promise after another, for ever.
export default () => 1;
for (;;) await null;
