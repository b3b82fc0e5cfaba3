import { WorkerEntrypoint } from "cloudflare:workers";

/** Other workers can call the methods of this class, and so can this one by `ctx.exports`. */
export class Greeter extends WorkerEntrypoint<Env> {
  greet(name: string): string {
    return `Hello, ${name}!`;
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/") return new Response("Not found\n", { status: 404 });
    const greeting = await ctx.exports.Greeter.greet(searchParams.get("name") ?? "world");
    return new Response(`${greeting}\n`);
  },
} satisfies ExportedHandler<Env>;
