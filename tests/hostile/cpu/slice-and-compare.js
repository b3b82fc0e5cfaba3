//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// Two texts of 16 MiB that differ in the last letter, compared without end.
export default () => { const a = "a".repeat(16 << 20); let n = 0; for (;;) { if (a.slice(1) + "b" === a.slice(1) + "c") n++; } };
