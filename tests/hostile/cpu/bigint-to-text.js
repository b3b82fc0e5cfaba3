//@ outcome: exceededCpu,exception
//@ args:
//@ cpu: 1
// Printing a million bits in decimal takes time with the square of their number.
export default () => { const n = 7n ** 350_000n; for (;;) BigInt(String(n)); };
