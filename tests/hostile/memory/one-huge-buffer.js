//@ outcome: exceededMemory,exception
//@ args:
//@ cpu: 1
// One buffer of two gibibytes, and one of a size that no memory has.
export default () => { try { new ArrayBuffer(2 ** 53 - 1); } catch {} return new Uint8Array(2 ** 31).length; };
