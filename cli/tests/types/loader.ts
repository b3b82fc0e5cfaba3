// A parent that loads workers: what they are made of, what they may reach, and what it is told.

import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";

/** A capability for the child. */
class Counter extends RpcTarget {
  #count = 0;

  increment(by = 1): number {
    return (this.#count += by);
  }

  get current(): number {
    return this.#count;
  }
}

/** The interface of the child. */
interface Greeter {
  greet(name: string, counter: Counter): Promise<{ text: string; again: () => string }>;
}

const CHILD = `
import { WorkerEntrypoint } from "cloudflare:workers";

export default {
  async fetch(request, env, ctx) {
    const page = await fetch("https://example.com/");
    return new Response(env.GREETING + " " + await page.text());
  },
};

export class Greeter extends WorkerEntrypoint {
  async greet(name, counter) {
    const count = await counter.increment();
    console.log("greeting", name);
    const text = this.env.GREETING + " " + name + ", " + this.ctx.props.mark + count;
    return { text, again: () => text + "!" };
  }
}
`;

/** Answers every request of the child. */
export class Gateway extends WorkerEntrypoint<Env, { tenant: string }> {
  async fetch(request: Request): Promise<Response> {
    const { host } = new URL(request.url);
    return new Response(`${host} for ${this.ctx.props.tenant}`);
  }
}

/** Is told of every call of the child. */
export class Tail extends WorkerEntrypoint<Env> {
  tail(events: TraceItem[]): void {
    for (const { method, outcome, logs } of events) {
      seen.push(`${method}: ${outcome}, ${logs.map(({ message }) => message.join(" ")).join()}`);
    }
  }
}

const seen: string[] = [];

export default {
  async fetch(request, env, ctx) {
    const worker = env.LOADER.get("child", () => ({
      compatibilityDate: "2026-03-01",
      mainModule: "child.js",
      modules: { "child.js": CHILD },
      env: { GREETING: "Hello" },
      globalOutbound: ctx.exports.Gateway({ props: { tenant: "acme" } }),
      tails: [ctx.exports.Tail],
      limits: { cpuMs: 50, subRequests: 10 },
    }));

    const greeter = worker.getEntrypoint<Greeter>("Greeter", { props: { mark: "#" } });
    const counter = new Counter();
    // Two calls, one round trip.
    const again: string = await greeter.greet("first", counter).again();
    using greeting = await greeter.greet("second", counter);
    const text: string = greeting.text;
    const page = await worker.getEntrypoint().fetch(request);
    while (seen.length < 3) await scheduler.wait(1);
    return Response.json({ again, text, page: await page.text(), count: counter.current, seen });
  },
} satisfies ExportedHandler<Env>;
