/** Makes `cloudflare:workers` importable, which the peer's `/ai` and main entry need. */
import { registerHooks } from "node:module";

const source = `
  export class WorkerEntrypoint { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }
  export class DurableObject extends WorkerEntrypoint {}
  export class RpcTarget {}
  export const env = {};
`;
const url = `data:text/javascript,${encodeURIComponent(source)}`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers" ? { url, shortCircuit: true } : next(specifier, context),
});
