//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// A million combining marks in the worst order, sorted by every normalisation.
export default () => { const s = "a" + "\u0327\u0301\u0316".repeat(300_000); for (;;) for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) s.normalize(form); };
