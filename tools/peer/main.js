// Runs one of the peer's tests by its name, with the bindings that it expects.
import './environment.js';
import { actors, own } from './own.js';
import { WorkerEntrypoint } from 'cloudflare:workers';
import * as tests from './test.js';
import { entrypointOf, namespaceOf } from './workers.js';

export * from './test.js';
export { default } from './fallback.js';

export class PeerTest extends WorkerEntrypoint {
  async run(name) {
    for (const [binding, entrypoint] of Object.entries(own)) {
      this.env[binding] = this.ctx.exports[entrypoint];
    }
    for (const name of actors) this.env[name] = namespaceOf(this.ctx.exports[`${name}Object`]);
    await tests[name].test({}, this.env, this.ctx);
    return 'pass';
  }
}

export const MyActorObject = tests.MyActor && entrypointOf(tests.MyActor);
export const ActorNoExtendsObject = tests.ActorNoExtends && entrypointOf(tests.ActorNoExtends);
