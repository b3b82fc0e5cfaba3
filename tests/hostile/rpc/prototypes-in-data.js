//@ outcome: ok
//@ args: --timeout 10s --loader LOADER
//@ value: "fine"
//@ cpu: 1
// Keys such as __proto__ are data in another sandbox, in arguments, props, env and errors.
const evil = () => JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "then": 1, "toJSON": 1}');
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; const seen = (x) => x.polluted !== undefined || ({}).polluted !== undefined; export default class extends WorkerEntrypoint { f(x) { return seen(x) || seen(this.env) || seen(this.ctx.props) || seen(this.env.E) } boom() { throw Object.defineProperty(new Error("x"), "__proto__", { value: { polluted: 1 }, enumerable: true }) } }`;
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: Object.assign(evil(), { E: evil() }) }).getEntrypoint(null, { props: evil() });
  if (await e.f(evil())) return "there";
  try { await e.boom(); } catch (x) { if (x.polluted !== undefined || !(x instanceof Error)) return "error"; }
  return ({}).polluted === undefined ? "fine" : "here";
};
