//@ outcome: ok,exceededOutput,exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
//@ log: 4
// Formats that print the same large value a thousand times.
export default () => { const o = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, "v".repeat(50)])); console.log("%o%O%j%s".repeat(1000), ...Array(4000).fill(o)); console.log("%c".repeat(100_000), ..."x".repeat(1000)); };
