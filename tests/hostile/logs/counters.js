//@ outcome: exceededOutput,exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
//@ log: 2
// Counters and timers under a million names.
export default () => { for (let i = 0; ; i++) { console.count(`c${i}`); console.time(`t${i}`); console.timeLog(`t${i}`, "x".repeat(100)); } };
