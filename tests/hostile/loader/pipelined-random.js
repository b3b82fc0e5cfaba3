//@ outcome: ok
//@ args: --loader LOADER --timeout 10s
//@ value: "fine"
// The children of a loader that is asked before it has come must not draw from a seed that everybody knows:
// these are the first numbers of a child whose loader has seed 0, in every process.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { getLoader() { return this.env.LOADER; } box() { return { deep: [this.env.LOADER] }; } }
const code = () => ({ mainModule: "m.js", modules: [{ name: "m.js", text: "export default { f: () => crypto.randomUUID() }" }], env: {} });
export default async (a, env, ctx) => {
  const known = ["1865e69b-c67f-4002-a02f-bd21b8c9dc48"], seen = [];
  const { E } = ctx.exports;
  for (const w of [E.getLoader().load(code()), E.getLoader().load(code()), E.box().deep[0].load(code())]) {
    try { seen.push(await w.default.f()); } catch { /* to refuse is right as well */ }
  }
  return new Set(seen).size === seen.length && !seen.some((x) => known.includes(x)) ? "fine" : seen.join();
};
