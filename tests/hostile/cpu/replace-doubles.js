//@ outcome: exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 1
// A replacement that inserts the whole text for each letter of it.
export default () => { let s = "ab"; for (;;) s = s.replace(/./g, "$`$&$'"); };
