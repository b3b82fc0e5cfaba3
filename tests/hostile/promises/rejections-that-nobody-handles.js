//@ outcome: ok,limit
//@ args: --timeout 10s
//@ cpu: 2
// Each rejection that nobody handles is a line in the log.
export default async () => { for (let i = 0; i < 1e6; i++) { Promise.reject(new Error(`\x1b[31m${"x".repeat(500)}`)); if (i % 1000 === 0) await null; } };
