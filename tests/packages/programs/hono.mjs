import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie, setSignedCookie, getSignedCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { html, raw } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { jwt, sign } from "hono/jwt";
import { secureHeaders } from "hono/secure-headers";
import { stream, streamSSE, streamText } from "hono/streaming";
import { validator } from "hono/validator";
import { hc } from "hono/client";

const app = new Hono().basePath("/api");
app.use("*", cors({ origin: "https://a.example" }), secureHeaders());
app.use("/admin/*", basicAuth({ username: "u", password: "p" }));
app.use("/token/*", jwt({ secret: "s", alg: "HS256" }));
app.get("/users/:id{[0-9]+}", etag(), (c) =>
  c.json({ id: c.req.param("id"), query: c.req.queries("q") ?? [] }),
);
app.post("/form", bodyLimit({ maxSize: 1000 }), async (c) => {
  const form = await c.req.parseBody({ all: true });
  return c.json(
    Object.entries(form).map(([key, value]) => [
      key,
      value instanceof File ? [value.name, value.size] : value,
    ]),
  );
});
app.post(
  "/json",
  validator("json", (value, c) => (value.n > 0 ? value : c.text("bad n", 400))),
  (c) => c.json({ twice: c.req.valid("json").n * 2 }),
);
app.get("/cookie", async (c) => {
  setCookie(c, "a", "b c", { httpOnly: true, maxAge: 10, sameSite: "Lax" });
  await setSignedCookie(c, "s", "v", "secret");
  return c.json([getCookie(c, "in"), (await getSignedCookie(c, "secret", "signed")) ?? null]);
});
app.get("/admin/x", (c) => c.text("secret"));
app.get("/token/x", (c) => c.json(c.get("jwtPayload")));
app.get("/html", (c) => c.html(html`<p title="${'"<'}">${raw("<b>")}${[1, 2]}</p>`));
app.get("/stream", (c) =>
  streamText(c, async (out) => {
    for (const word of ["a", "b", "c"]) {
      await out.writeln(word);
      await out.sleep(1);
    }
  }),
);
app.get("/sse", (c) =>
  streamSSE(c, async (out) => {
    await out.writeSSE({ data: "x\ny", event: "e", id: "1" });
  }),
);
app.get("/pipe", (c) => stream(c, (out) => out.pipe(new Blob(["piped"]).stream())));
app.get("/throws", () => {
  throw new HTTPException(418, { message: "teapot" });
});
app.get("/breaks", () => {
  throw new TypeError("broke");
});
app.get("/go", (c) => c.redirect("/api/html", 301));
app.all("/files/*", (c) => c.text(`${c.req.method} ${c.req.path}`));
app.route(
  "/sub",
  new Hono().get("/:a?/:b?", (c) => c.json(c.req.param())),
);
app.notFound((c) => c.text(`nothing at ${c.req.path}`, 404));
app.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.text(`${error.name}: ${error.message}`, 500),
);

export default async () => {
  const token = await sign({ sub: "me" }, "s", "HS256");
  const form = new FormData();
  form.append("a", "1");
  form.append("a", "2");
  form.append("f", new File(["abc"], "x.txt"));
  const requests = [
    ["/users/12?q=1&q=2"],
    ["/users/ab"],
    ["/form", { method: "POST", body: form }],
    [
      "/form",
      {
        method: "POST",
        body: "x".repeat(2000),
        headers: { "content-type": "text/plain", "content-length": "2000" },
      },
    ],
    ["/json", { method: "POST", body: '{"n":2}', headers: { "content-type": "application/json" } }],
    ["/json", { method: "POST", body: '{"n":-2}', headers: { "content-type": "application/json" } }],
    ["/json", { method: "POST", body: "{", headers: { "content-type": "application/json" } }],
    ["/cookie", { headers: { cookie: "in=1; signed=v.bad" } }],
    ["/admin/x"],
    ["/admin/x", { headers: { authorization: `Basic ${btoa("u:p")}` } }],
    ["/token/x", { headers: { authorization: `Bearer ${token}` } }],
    ["/token/x"],
    ["/html"],
    ["/stream"],
    ["/sse"],
    ["/pipe"],
    ["/throws"],
    ["/breaks"],
    ["/go"],
    ["/files/a/b%20c", { method: "PUT" }],
    ["/sub/x/y"],
    ["/sub"],
    [
      "/users/1",
      { method: "OPTIONS", headers: { origin: "https://a.example", "access-control-request-method": "GET" } },
    ],
  ];
  const answers = [];
  for (const [path, init] of requests) {
    const response = await app.request(`http://localhost/api${path}`, init);
    answers.push([
      path,
      response.status,
      [...response.headers].filter(([name]) => !/^(x-|cross|referrer|strict|origin-agent)/.test(name)),
      await response.text(),
    ]);
  }
  const client = hc("http://localhost", { fetch: (url, init) => app.request(url, init) });
  return {
    answers,
    client: await (await client.api.users[":id"].$get({ param: { id: "5" } })).json(),
    routes: app.routes.length,
    env: await new Hono()
      .get("/", (c) => c.json(c.env))
      .fetch(new Request("http://x/"), { A: 1 })
      .json(),
  };
};
