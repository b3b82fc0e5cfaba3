// Node's modules, with `@types/node` beside the declarations.

import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";

const storage = new AsyncLocalStorage<string>();

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const name = storage.run(join("a", url.pathname), () => storage.getStore() ?? "");
    const digest = createHash("sha256").update(name).digest("hex");
    const bytes: Buffer = Buffer.from(await request.arrayBuffer());
    const body = new Blob([bytes.toString("base64"), process.env["GREETING"] ?? env.GREETING]);
    const timer = setTimeout(() => {}, 1);
    clearTimeout(timer);
    return new Response(body.stream().pipeThrough(new CompressionStream("gzip")), {
      headers: { digest },
    });
  },
} satisfies ExportedHandler<Env>;
