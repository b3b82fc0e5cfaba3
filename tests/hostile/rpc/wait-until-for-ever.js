//@ outcome: ok,exceededWallTime,exceededCpu
//@ args: --timeout 1s
//@ cpu: 1
//@ late: 250
// The call returns at once, and what it handed to waitUntil waits for a timer again and again.
export default (a, env, ctx) => { ctx.waitUntil((async () => { for (;;) await new Promise((r) => setTimeout(r, 10)); })()); return 1; };
