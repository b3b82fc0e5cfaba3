//@ outcome: exceededMemory,exceededCpu
//@ args:
//@ cpu: 2
// Functions that hold functions, and generators and promises that never go on.
export default () => { let f = () => 0; for (;;) { const g = f, p = new Promise(() => {}), it = (function* () { yield g; })(); it.next(); f = () => [g, p, it]; } };
