//@ outcome: ok,exception,limit
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// The worker replaces what its own side of RPC may stand on, and calls.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f(x) { return x; } }
export default async (a, env, ctx) => {
  const evil = () => { throw { toString() { throw 1; } }; };
  Object.prototype.toJSON = Array.prototype.push = Array.prototype[Symbol.iterator] = Map.prototype.get = Map.prototype.set = evil;
  Object.defineProperty(Object.prototype, "then", { get: evil, set: evil, configurable: true });
  Object.defineProperty(Object.prototype, "cause", { get: evil, set() {}, configurable: true });
  RpcTarget.prototype.__proto__ = WorkerEntrypoint.prototype.__proto__ = new Proxy({}, { get: evil, has: evil, getPrototypeOf: evil });
  return await ctx.exports.E.f({ a: [1] });
};
