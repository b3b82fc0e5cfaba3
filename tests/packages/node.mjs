// Runs a bundle in Node and prints what it returns: node node.mjs BUNDLE. The classes of
// `cloudflare:workers` are there to be extended, and do nothing.
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const script = (text) => `data:text/javascript,${encodeURIComponent(text)}`;
const workers = ["DurableObject", "RpcTarget", "WorkerEntrypoint", "WorkflowEntrypoint"]
  .map((name) => `export class ${name} { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }`)
  .join("\n");
register(
  script(`export const resolve = (name, context, next) =>
  (name === "cloudflare:workers" ? { url: ${JSON.stringify(script(workers))}, shortCircuit: true } : next(name, context));`),
);

const { default: program } = await import(pathToFileURL(process.argv[2]));
console.log(JSON.stringify(await program()));
