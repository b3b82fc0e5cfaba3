// An application with a dozen routes, served by isolet, Node and workerd.

import { Hono } from "hono";
import { upgradeWebSocket } from "hono/cloudflare-workers";
import { getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { streamText } from "hono/streaming";

const app = new Hono();

app.use("*", async (context, next) => {
  await next();
  context.header("x-middleware", context.req.path);
});
app.use("/api/*", cors({ origin: "https://a.example" }));
app.use("/hello/*", etag());

app.get("/", (context) => context.text("Hello World"));
app.get("/hello/:name", (context) => {
  const { name } = context.req.param();
  return context.json({ name, query: context.req.query(), agent: context.req.header("x-agent") ?? null });
});
app.post("/api/items", async (context) => {
  const item = await context.req.json();
  return context.json({ id: 7, ...item }, 201);
});
app.put("/api/items/:id{[0-9]+}", async (context) =>
  context.json({ id: Number(context.req.param("id")), bytes: (await context.req.arrayBuffer()).byteLength }));
app.post("/form", async (context) => {
  const form = await context.req.parseBody({ all: true });
  const entries = Object.entries(form).map(async ([name, value]) =>
    [name, value instanceof File ? `${value.name}: ${await value.text()}` : value]);
  return context.json(Object.fromEntries(await Promise.all(entries)));
});
app.get("/cookie", (context) => {
  const visits = Number(getCookie(context, "visits") ?? 0) + 1;
  setCookie(context, "visits", String(visits), { httpOnly: true, path: "/", sameSite: "Lax", maxAge: 60 });
  setCookie(context, "other", "a b");
  return context.text(`visit ${visits}`);
});
app.get("/stream", (context) => streamText(context, async (stream) => {
  for (let line = 0; line < 3; line++) {
    await stream.writeln(`line ${line}`);
    await stream.sleep(5);
  }
}));
app.get("/page", (context) => context.html(`<!doctype html><title>page</title><p id="out">waiting</p>
<script type="module">
  const answer = await fetch("/hello/page?n=42").then((response) => response.json());
  const socket = new WebSocket("/echo");
  socket.onopen = () => socket.send("back");
  const message = await new Promise((resolve) => { socket.onmessage = resolve; });
  socket.close(1000);
  const closed = await new Promise((resolve) => { socket.onclose = resolve; });
  const told = encodeURIComponent(\`\${answer.query.n}, \${message.data}, \${closed.code}\`);
  document.getElementById("out").textContent = await fetch(\`/hello/\${told}\`).then((it) => it.text());
</script>`));
app.get("/echo", upgradeWebSocket(() => ({
  onMessage: ({ data }, socket) => socket.send(data),
})));

app.get("/old", (context) => context.redirect("/hello/new"));
app.get("/fails", () => {
  throw new Error("the inside");
});
app.notFound((context) => context.text("nothing here", 404));
app.onError((error, context) => context.text("an error", 500));

export default app;
