//@ outcome: exception,limit
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// A worker's requests go to an entrypoint that fetches from the worker.
import { WorkerEntrypoint } from "cloudflare:workers";
let e;
export class Out extends WorkerEntrypoint { fetch(r) { return e.fetch(r); } }
export default async (a, env, ctx) => {
  e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async fetch(r) { return fetch(r) } }" }, globalOutbound: ctx.exports.Out }).getEntrypoint();
  await e.fetch("http://a/", { method: "POST", body: "x".repeat(10_000) });
};
