//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// Stubs of the worker's own entrypoints, each with a mebibyte of props, kept.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f() { return 1; } }
globalThis.kept = [];
export default async (a, env, ctx) => { const big = new Uint8Array(1 << 20); for (let i = 0; i < 1000; i++) { kept.push(ctx.exports.E({ props: { big } })); if (i % 10 === 0) await kept.at(-1).f(); } };
