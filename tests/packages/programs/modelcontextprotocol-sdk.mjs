import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";

const make = () => {
  const server = new McpServer(
    { name: "shop", version: "1.0.0" },
    { capabilities: { logging: {} }, instructions: "Be kind" },
  );
  server.registerTool(
    "add",
    {
      description: "Adds",
      inputSchema: { a: z.number(), b: z.number().default(1) },
      outputSchema: { sum: z.number() },
    },
    async ({ a, b }) => ({
      content: [{ type: "text", text: String(a + b) }],
      structuredContent: { sum: a + b },
    }),
  );
  server.registerTool("fail", { description: "Fails" }, async () => {
    throw new Error("it broke");
  });
  server.registerTool("ask", { description: "Samples" }, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: "why?" } }],
      maxTokens: 5,
    });
    return { content: [content] };
  });
  server.registerTool("slow", { description: "Reports" }, async ({ sendNotification, _meta, signal }) => {
    for (let progress = 1; progress <= 3; progress++)
      await sendNotification({
        method: "notifications/progress",
        params: { progress, total: 3, progressToken: _meta.progressToken },
      });
    return { content: [{ type: "text", text: String(signal.aborted) }] };
  });
  server.registerResource("config", "config://app", { mimeType: "text/plain" }, async ({ href }) => ({
    contents: [{ uri: href, text: "x=1" }],
  }));
  server.registerResource(
    "item",
    new ResourceTemplate("item://{id}/{part}", {
      list: async () => ({ resources: [{ name: "one", uri: "item://1/a" }] }),
    }),
    {},
    async ({ href }, variables) => ({ contents: [{ uri: href, text: JSON.stringify(variables) }] }),
  );
  server.registerPrompt("review", { argsSchema: { code: z.string() } }, ({ code }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Review ${code}` } }],
  }));
  return server;
};

export default async () => {
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "agent", version: "2.0.0" }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => ({
    model: "m",
    role: "assistant",
    content: { type: "text", text: `because ${params.maxTokens}` },
  }));
  await Promise.all([make().connect(there), client.connect(here)]);
  const progress = [];
  const out = {
    server: client.getServerVersion(),
    instructions: client.getInstructions(),
    capabilities: client.getServerCapabilities(),
    tools: (await client.listTools()).tools,
    add: await client.callTool({ name: "add", arguments: { a: 2 } }),
    bad: await client.callTool({ name: "add", arguments: { a: "x" } }),
    fail: await client.callTool({ name: "fail" }),
    unknown: await client.callTool({ name: "none" }).catch(({ code, message }) => [code, message]),
    ask: await client.callTool({ name: "ask" }),
    slow: await client.callTool({ name: "slow" }, undefined, { onprogress: (it) => progress.push(it) }),
    progress,
    resources: await client.listResources(),
    templates: await client.listResourceTemplates(),
    read: await client.readResource({ uri: "item://7/b%20c" }),
    config: await client.readResource({ uri: "config://app" }),
    prompts: await client.listPrompts(),
    prompt: await client.getPrompt({ name: "review", arguments: { code: "1+1" } }),
    missing: await client.readResource({ uri: "no://x" }).catch(({ code }) => code),
  };
  await client.close();
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => "session-1" });
  await make().connect(transport);
  const web = new Client({ name: "web", version: "1.0.0" });
  await web.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      fetch: (url, init) => transport.handleRequest(new Request(url, init)),
    }),
  );
  out.web = await web.callTool({ name: "add", arguments: { a: 40, b: 2 } });
  await web.close();
  return out;
};
