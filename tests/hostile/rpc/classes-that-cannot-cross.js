//@ outcome: ok
//@ value: true
//@ args: --timeout 10s
//@ cpu: 1
// Proxies, symbols, detached buffers, weak maps and revoked proxies are refused, and the sandbox lives.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f(x) { return x; } }
export default async (a, env, ctx) => {
  const gone = new ArrayBuffer(8); gone.transfer?.();
  const { proxy, revoke } = Proxy.revocable({}, {}); revoke();
  const bad = [Symbol("x"), new WeakMap(), proxy, Object.create(null), new (class Foo {})(), [function* () {}, Symbol()], { get x() { throw new Error("no"); } }, gone, new Proxy({}, { ownKeys() { throw 1; } })];
  for (const x of bad) { try { await ctx.exports.E.f(x); } catch {} }
  return await ctx.exports.E.f(true);
};
