//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: true
//@ cpu: 4
// Each generation hands its loader to the next by way of an answer that has not come; the bound of 64 must hold.
const code = `import { WorkerEntrypoint } from "cloudflare:workers";
export class G extends WorkerEntrypoint { l() { return this.env.L } }
export default class extends WorkerEntrypoint { async down(n, code) { if (n === 0) return 0; const w = this.ctx.exports.G.l().load({ mainModule: "m.js", modules: [{ name: "m.js", text: code }], env: { L: this.env.L } }); let below = 0; try { below = await w.default.down(n - 1, code) } catch (e) { if (!/too deep|overload|limit|loader|method|function/i.test(e.message)) throw e; return 0 } return 1 + below } }`;
export default async (a, env) => { const n = await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code }, env: { L: env.LOADER } }).getEntrypoint().down(300, code); return n <= 64; };
