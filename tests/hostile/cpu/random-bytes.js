//@ outcome: exceededCpu,exception
//@ args:
//@ cpu: 1
// Randomness by the megabyte.
export default () => { const b = new Uint8Array(65536); for (;;) { crypto.getRandomValues(b); crypto.randomUUID(); } };
