//@ outcome: ok
//@ args:
//@ cpu: 1
// Rejections that nobody handles, and errors in waitUntil and timers, are written to the log by the guest itself.
export default async (a, env, ctx) => { const e = () => Object.assign(new Error("\nerror: \x1b[31m\u200b\u202e"), { stack: "error:\n\x1b[2J" }); Promise.reject(e()); ctx.waitUntil(Promise.reject(e())); setTimeout(() => { throw e(); }, 0); queueMicrotask(() => { throw "error: \u{e0041}"; }); reportError(e()); await new Promise((r) => setTimeout(r, 5)); };
