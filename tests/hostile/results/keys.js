//@ outcome: ok,exceededOutput,exceededMemory
//@ args:
//@ cpu: 2
// A million keys, and long ones of control characters.
export default () => { const o = {}; for (let i = 0; i < 300_000; i++) o[`\u0007${i}`] = i; o["\u001b".repeat(2 << 20)] = 1; return o; };
