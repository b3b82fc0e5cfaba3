//@ outcome: exceededCpu
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// The loader goes through the props of one child and the arguments of another, and back; whoever calls pays still.
const relay = `import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { mine() { return this.ctx.props.L } echo(x) { return x } }`;
const child = "export default { spin(n) { for (let i = 0; i < n; i++); return n } }";
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": relay } });
  const once = await w.getEntrypoint(null, { props: { L: env.LOADER } }).mine();
  const twice = await w.getEntrypoint().echo(once);
  const e = twice.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint();
  for (let i = 0; i < 3000; i++) await e.spin(200_000);
};
