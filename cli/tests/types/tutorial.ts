// A parent that runs code that it was given: in a worker of its own, with one capability, and
// without a network.

import { RpcTarget } from "cloudflare:workers";

/** The interface of the parent. */
class Page extends RpcTarget {
  readonly asked: string[] = [];
  #url: string;

  constructor(url: string) {
    super();
    this.#url = url;
  }

  url(): string {
    this.asked.push(this.#url);
    return this.#url;
  }
}

/** The interface of the code. */
interface Agent {
  run(page: Page): Promise<{ doubled: number; denied: boolean }>;
}

const CODE = `
export default {
  async run(page) {
    const n = new URL(await page.url()).searchParams.get("n");
    const denied = await fetch("https://example.com/").then(() => false, () => true);
    return { doubled: 2 * n, denied };
  },
};
`;

export default {
  async fetch(request, env) {
    const worker = env.LOADER.load({
      compatibilityDate: "2026-01-01",
      mainModule: "agent.js",
      modules: { "agent.js": CODE },
      globalOutbound: null,
      limits: { cpuMs: 50 },
    });
    const page = new Page(request.url);
    const { doubled, denied } = await worker.getEntrypoint<Agent>().run(page);
    return Response.json({ doubled, asked: page.asked, denied });
  },
} satisfies ExportedHandler<Env>;
