//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// A comparison that never agrees with itself, over a million elements, again and again.
export default () => { const a = Array.from({ length: 1 << 20 }, (_, i) => i); let n = 0; for (;;) a.sort(() => (n = (n * 7 + 3) % 11) - 5); };
