// Serves the default export of a bundle with @hono/node-server: node node.mjs PACKAGES BUNDLE PORT
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, bundle, port] = process.argv.slice(2);
const told = ({ port }) => console.log(`listening on http://127.0.0.1:${port}`);
if (bundle === "hello") {
  // Node's own server.
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/plain;charset=UTF-8");
    response.end("Hello World");
  });
  server.listen(Number(port), "127.0.0.1", () => told(server.address()));
} else {
  const { serve } = await import(createRequire(packages).resolve("@hono/node-server"));
  const { default: app } = await import(pathToFileURL(bundle));
  serve({ fetch: app.fetch, port: Number(port), hostname: "127.0.0.1" }, told);
}
