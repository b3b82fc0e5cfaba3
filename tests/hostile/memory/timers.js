//@ outcome: exceededMemory,exceededCpu
//@ args:
//@ cpu: 2
// Timers for the end of time, as many as there is room for.
export default () => { for (;;) setTimeout(() => {}, 2 ** 31 - 1, "x".repeat(100)); };
