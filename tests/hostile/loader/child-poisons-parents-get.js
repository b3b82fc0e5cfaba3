//@ outcome: ok
//@ args: --timeout 10s --loader LOADER
//@ value: "mine"
// A child that has the parent's loader asks it, before it has come, to keep a worker under the id that its parent uses.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Give extends WorkerEntrypoint { loader() { return this.env.LOADER; } }
const poison = `export default { async f(give) { const code = { mainModule: "m.js", modules: [{ name: "m.js", text: "export default { who: () => 'theirs' }" }], env: {} };
  try { await give.loader().get("id", () => code).default.who() } catch {} try { await (await give.loader()).get("id", () => ({ mainModule: "m.js", modules: { "m.js": "export default { who: () => 'theirs' }" } })).getEntrypoint().who() } catch {} } }`;
export default async (a, env, ctx) => {
  await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": poison } }).getEntrypoint().f(ctx.exports.Give);
  return env.LOADER.get("id", () => ({ mainModule: "m.js", modules: { "m.js": "export default { who: () => 'mine' }" } })).getEntrypoint().who();
};
