// Uses every part of the declarations. The types are checked, and the program runs.

import { env, RpcStub, RpcTarget, waitUntil, WorkerEntrypoint } from "cloudflare:workers";
import { RpcPromise, ServiceStub } from "isolet:workers";

/** Compiles only if `A` and `B` are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

class Cart extends RpcTarget {
  #items: string[] = [];
  add(item: string): Cart {
    this.#items.push(item);
    return this;
  }
  get size(): number {
    return this.#items.length;
  }
  each(callback: (item: string) => void | Promise<void>): void {
    for (const item of this.#items) void callback(item);
  }
}

export class Shop extends WorkerEntrypoint<Env, { owner?: string }> {
  open(name: string, options?: { date: Date }): Cart {
    return new Cart().add(`${name} ${options?.date.getFullYear() ?? ""}`.trim());
  }
  async price(cart: RpcStub<Cart>): Promise<{ total: number; tags: Map<string, Set<number>> }> {
    return { total: await cart.size, tags: new Map([["a", new Set([1])]]) };
  }
  owner(): string | undefined {
    return this.ctx.props.owner;
  }
  async through(service: Fetcher, path: string): Promise<string> {
    return (await service.fetch(`https://example.com${path}`)).text();
  }
  fetch(request: Request): Response {
    return new Response(new URL(request.url).pathname);
  }
  echo(bytes: Uint8Array): ReadableStream<Uint8Array> {
    return new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  }
}

async function calls(shop: Service<typeof Shop>): Promise<unknown[]> {
  same<typeof shop, Fetcher<Shop>>(true);
  const cart = await shop.open("apples", { date: new Date(0) });
  same<Awaited<ReturnType<typeof cart.add>>, Rpc.Stub<Cart>>(true);
  // Pipelined.
  const size: number = await shop.open("pears").add("plums").size;
  const price = await shop.price(cart.dup());
  const total: number = price.total;
  const seen: string[] = [];
  await cart.each((item) => {
    seen.push(item);
  });
  const untyped: Fetcher = shop;
  const path: string = await shop.through(untyped, "/a");
  const owner: string | undefined = await shop.owner();
  const bytes = await new Response(await shop.echo(new Uint8Array([1, 2]))).bytes();
  using stub = new RpcStub(new Cart());
  // Promises cross as what they resolve to.
  const local = (await shop.price(stub.add("figs"))).total;
  cart.onRpcBroken((error: unknown) => console.warn(error));
  return [size, total, seen, path, owner ?? null, bytes.length, local, shop instanceof ServiceStub, shop.open("x") instanceof RpcPromise];
}

async function streams(): Promise<string> {
  const source = new ReadableStream<string>({
    start(controller) {
      controller.enqueue("one ");
      controller.enqueue("two");
      controller.close();
    },
  });
  const packed = source
    .pipeThrough(new TextEncoderStream())
    .pipeThrough(new CompressionStream("gzip"));
  const text = packed.pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream());
  let all = "";
  for await (const chunk of text) all += chunk;

  const { readable, writable } = new FixedLengthStream(2);
  const writer = writable.getWriter();
  void writer.write(new Uint8Array([65]));
  void writer.write("B").then(() => writer.close());
  all += await new Response(readable).text();
  const reader = new Blob(["CD"]).stream().getReader({ mode: "byob" });
  const { value, done } = await reader.read(new Uint8Array(2), { min: 2 });
  if (!done) all += new TextDecoder().decode(value);
  const upper = new TransformStream<string, string>({
    transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()),
  });
  for await (const chunk of ReadableStream.from(["x", "y"]).pipeThrough(upper)) all += chunk;
  return all;
}

async function cryptography(): Promise<number[]> {
  const { subtle } = crypto;
  const data = new TextEncoder().encode("data");
  const digest: ArrayBuffer = await subtle.digest("SHA-256", data);
  const hmac: CryptoKey = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign", "verify"]);
  const signature = await subtle.sign("HMAC", hmac, data);
  const isRight: boolean = await subtle.verify("HMAC", hmac, signature, data);
  const jwk: JsonWebKey = await subtle.exportKey("jwk", hmac);
  const again = await subtle.importKey("jwk", jwk, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const aes = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv }, aes, data);
  const plain = await subtle.decrypt({ name: "AES-GCM", iv }, aes, sealed);
  const pair = await subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  same<typeof pair, CryptoKeyPair>(true);
  const base = await subtle.importKey("raw", data, "PBKDF2", false, ["deriveBits"]);
  const salt = new Uint8Array(16);
  const bits = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", iterations: 1, salt }, base, 128);
  return [digest.byteLength, Number(isRight), plain.byteLength, bits.byteLength, again.usages.length, crypto.randomUUID().length];
}

async function messages(): Promise<unknown[]> {
  const target = new EventTarget();
  const all: unknown[] = [];
  target.addEventListener("note", (event) => all.push((event as CustomEvent<number>).detail), { once: true });
  target.dispatchEvent(new CustomEvent("note", { detail: 5 }));
  const { port1, port2 } = new MessageChannel();
  const received = new Promise<MessageEvent>((resolve) => (port2.onmessage = resolve));
  port1.postMessage({ a: new Date(0) });
  all.push((await received).data.a.getTime());
  port1.close();
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(10_000)]);
  controller.abort(new DOMException("enough", "AbortError"));
  all.push(signal.aborted, (signal.reason as DOMException).code === DOMException.ABORT_ERR);
  self.addEventListener("unhandledrejection", (event) => event.reason);
  return all;
}

async function web(): Promise<unknown[]> {
  const form = new FormData();
  form.set("file", new File(["text"], "a.txt", { type: "text/plain" }));
  form.append("name", "value");
  const request = new Request(new URL("/x?y=1", "https://example.com"), {
    method: "POST",
    body: form,
    headers: [["x-a", "1"]],
  });
  const copy: Request = request.clone();
  const parsed = await copy.formData();
  const file = parsed.get("file");
  const match = new URLPattern({ pathname: "/:name" }).exec(request.url);
  const body = await Response.json({ a: 1 }).json<{ a: number }>();
  const names = [...new Headers({ b: "2", a: "1" })].map(([name]) => name);
  const query = new URLSearchParams([["q", "1"]]);
  const timer: number = setTimeout((text: string) => console.log(text), 10_000, "never");
  clearTimeout(timer);
  await scheduler.postTask(() => 1, { priority: "background", delay: 0 });
  performance.mark("start");
  const { duration } = performance.measure("all", "start");
  return [
    file instanceof File ? await file.text() : file,
    match?.pathname.groups["name"],
    body.a,
    names,
    query.get("q"),
    duration >= 0,
    structuredClone(new Map([[1, 2]])).get(1),
    navigator.userAgent,
    atob(btoa("x")),
  ];
}

async function failure(): Promise<string> {
  try {
    await fetch("https://example.com/");
    return "no failure";
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}

export default {
  async fetch(request: Request<unknown, IncomingRequestCfProperties>, env_: Env, ctx: ExecutionContext): Promise<Response> {
    same<typeof env, Cloudflare.Env>(true);
    same<Env["LIMITS"], { calls: number; names: string[] }>(true);
    same<Env["MY-FLAG"], boolean>(true);
    same<Env["LOADER"], WorkerLoader>(true);
    ctx.waitUntil(scheduler.wait(1));
    waitUntil(Promise.resolve());
    // The main module of the project is another, so its exports are not known here.
    const { Shop: shop } = ctx.exports as unknown as { Shop: LoopbackServiceStub<Shop> };
    const results = await Promise.all([
      calls(shop({ props: { owner: "me" } })), streams(), cryptography(), messages(), web(), failure(),
    ]);
    return Response.json({ url: request.url, results });
  },
  tail(events: TraceItem[]): void {
    for (const { outcome, exceptions } of events) console.log(outcome, exceptions[0]?.stack ?? "");
  },
  scheduled(controller: ScheduledController, _env: Env): void {
    console.log(controller.cron, new Date(controller.scheduledTime));
  },
} satisfies ExportedHandler<Env>;
