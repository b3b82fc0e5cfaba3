//@ outcome: ok,limit
//@ args: --timeout 10s
//@ cpu: 2
// A million promises for waitUntil, of which none ever settles.
export default async (a, env, ctx) => { for (let i = 0; i < 1_000_000; i++) { ctx.waitUntil(new Promise(() => {})); if (i % 10_000 === 0) await null; } };
