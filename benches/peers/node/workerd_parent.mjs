// The worker that loads the others.
import { WorkerEntrypoint } from "cloudflare:workers";
import { double, harness, withDeadline } from "./harness.mjs";

export class Cap extends WorkerEntrypoint {
  double(n) {
    return double(n);
  }
}

const compatibilityDate = "2026-11-01";
let ids = 0;

const backend = (env, ctx) => ({
  // workerd shows workers whole milliseconds.
  clock_ms: 1,
  load(source, { wall_ms }) {
    const modules = {
      "main.js": `import { WorkerEntrypoint } from "cloudflare:workers";
${source}
export default class extends WorkerEntrypoint {
  main(arg) { return main(arg, (n) => this.env.CAP.double(n)); }
}`,
    };
    const worker = env.LOADER.get(`${++ids}`, () => ({
      compatibilityDate, mainModule: "main.js", modules, env: { CAP: ctx.exports.Cap({}) },
      globalOutbound: null,
    }));
    const entrypoint = worker.getEntrypoint();
    return {
      // workerd has no limits of its own. A worker cannot be ended from outside either.
      call: (arg) => withDeadline(wall_ms, () => {}, entrypoint.main(arg)),
      drop() {},
    };
  },
});

export default {
  fetch(request, env, ctx) {
    const [client, server] = Object.values(new WebSocketPair());
    const answer = harness(backend(env, ctx));
    server.accept();
    server.addEventListener("message", async ({ data }) => server.send(await answer(data)));
    return new Response(null, { status: 101, webSocket: client });
  },
};
