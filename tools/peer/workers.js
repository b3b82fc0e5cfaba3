// `cloudflare:workers` with a stand-in for Durable Objects, so that the rest of a test that
// uses one by the way runs: objects of this worker's own, by their ids.
import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';

export * from 'cloudflare:workers';

export class DurableObject extends RpcTarget {
  constructor(ctx, env) {
    super();
    this.ctx = ctx;
    this.env = env;
  }
}

const objects = new Map();

/** An entrypoint with the methods of the class, which are those of the object of an id. */
export function entrypointOf(Class) {
  const objectOf = ({ ctx, env }) => {
    const { id } = ctx.props;
    if (!objects.has(id)) objects.set(id, new Class({ id }, env));
    return objects.get(id);
  };
  const Entrypoint = class extends WorkerEntrypoint {};
  for (const name of Object.getOwnPropertyNames(Class.prototype)) {
    if (name === 'constructor') continue;
    Entrypoint.prototype[name] = function (...args) {
      return objectOf(this)[name](...args);
    };
  }
  return Entrypoint;
}

export const namespaceOf = (entrypoint) => ({
  idFromName: (name) => name,
  newUniqueId: () => crypto.randomUUID(),
  get: (id) => entrypoint({ props: { id } }),
  getByName: (name) => entrypoint({ props: { id: name } }),
});
