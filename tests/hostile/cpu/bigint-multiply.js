//@ outcome: exceededCpu,exception
//@ args:
//@ cpu: 1
// Squaring doubles the digits each time, and takes four times as long.
export default () => { let n = 3n; for (;;) { try { n *= n; } catch { n = 3n ** 500_000n; } } };
