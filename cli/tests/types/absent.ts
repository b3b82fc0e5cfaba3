// Programs that use what a sandbox does not have do not compile. Each line below must fail.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

class Entry extends WorkerEntrypoint<Env> {
  #secret(): number {
    return 1;
  }
  protected hidden(): number {
    return this.#secret();
  }
  add(a: number, b: number): number {
    return a + b;
  }
}

class Store extends DurableObject {
  // @ts-expect-error: no state of a Durable Object
  read = () => this.ctx.storage;
}

export async function absent(entry: Fetcher<Entry>, untyped: Fetcher, env: Env): Promise<void> {
  // @ts-expect-error: protected methods cannot be called
  await entry.hidden();
  // @ts-expect-error: nor can what the entrypoint lacks
  await entry.subtract(1, 2);
  // @ts-expect-error: arguments are checked
  await entry.add("1", 2);
  // @ts-expect-error: results are promises
  const sum: number = entry.add(1, 2);
  // @ts-expect-error: nor can a stub stand for another one
  const other: Fetcher<WorkerEntrypoint & { subtract(): number }> = entry;
  // @ts-expect-error: a stub without a type has only `fetch`
  await untyped.greet();
  // @ts-expect-error: no sockets
  entry.connect("example.com:80");
  // @ts-expect-error: a name that the configuration lacks
  env.MISSING;
  // @ts-expect-error: code needs a main module
  env.LOADER.load({ modules: {} });
  // @ts-expect-error: no Wasm modules
  env.LOADER.load({ mainModule: "a.js", modules: { "a.js": { wasm: new ArrayBuffer(8) } } });
  // @ts-expect-error: no WebAssembly
  WebAssembly;
  // @ts-expect-error: no WebSocket
  new WebSocket("wss://example.com/");
  // @ts-expect-error: no WebSocketPair
  new WebSocketPair();
  // @ts-expect-error: no EventSource
  new EventSource("https://example.com/");
  // @ts-expect-error: no caches
  caches.default;
  // @ts-expect-error: no HTMLRewriter
  new HTMLRewriter();
  // @ts-expect-error: no document
  document.title;
  // @ts-expect-error: no location
  location.href;
  // @ts-expect-error: no format of that name
  new CompressionStream("zstd");
  // @ts-expect-error: Node's globals belong to @types/node
  Buffer.from("");
  // @ts-expect-error: a signal cannot be constructed
  new AbortSignal();
  // @ts-expect-error: what is read-only cannot be set
  new Response().status = 5;
  // @ts-expect-error: floats are not random integers
  crypto.getRandomValues(new Float32Array(1));
  // @ts-expect-error: no constant-time comparison
  crypto.subtle.timingSafeEqual(new Uint8Array(), new Uint8Array());
}

export { Store };
