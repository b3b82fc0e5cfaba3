//@ outcome: exceededMemory,exception,exceededCpu,ok
//@ args:
//@ cpu: 2
// Almost all of the memory goes to the host and back in one message.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f(x) { return x; } }
export default async (a, env, ctx) => { const x = new Uint8Array(31 << 20), all = []; for (let i = 0; i < 20; i++) all.push(ctx.exports.E.f(x).then((y) => y.length, () => 0)); await Promise.all(all); };
