/** The peer's own tools, with the executor of this package. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { toolDefinition } from "@tanstack/ai";
import { tool } from "ai";
import { z } from "zod";
import { resolveProvider, runCode } from "@cloudflare/codemode";
import { aiTools, createCodeTool, toolSetConnector } from "@cloudflare/codemode/ai";
import { createBrowserCodeTool } from "@cloudflare/codemode/browser";
import { codeMcpServer, openApiMcpServer } from "@cloudflare/codemode/mcp";
import { createCodeTool as createTanstackTool, tanstackTools } from "@cloudflare/codemode/tanstack-ai";
import { executor } from "./support.ts";

const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, degrees: city.length }),
});
const danger = tool({ inputSchema: z.object({}), needsApproval: true, execute: async () => "no" });
const options = { toolCallId: "1", messages: [], context: {} };

/** Code as models write it, with the parallel calls of a tool "get-weather". */
const CODE = `async () => {
  const all = await Promise.all(["Rome", "Oslo!"].map((city) => codemode.get_weather({ city })));
  console.log("got", all.length);
  return all.map((it) => it.degrees);
}`;

test("/ai", async () => {
  const codeTool = createCodeTool({ tools: { "get-weather": weather, danger }, executor: executor() });
  const run = (code: string) => codeTool.execute!({ code }, options);
  assert.deepEqual(await run(CODE), { result: [4, 5], logs: ["got 2"] });
  assert.deepEqual(await run(`\`\`\`js\n${CODE}\n\`\`\``), { result: [4, 5], logs: ["got 2"] });
  assert.deepEqual(await run("1 + 1"), { result: 2 });
  await assert.rejects(async () => run("throw new Error('broke')"), /Code execution failed: broke/);
  await assert.rejects(async () => run("async () => codemode.get_weather({ city: 5 })"), /Code execution failed: /);
  await assert.rejects(async () => run("async () => codemode.danger({})"), /Tool "danger" not found/);
  const named = createCodeTool({
    tools: [aiTools({ "get-weather": weather }), { name: "db", tools: { query: { execute: async (sql: unknown) => [sql] } } }],
    executor: executor(),
  });
  const code = "async () => [await db.query('select'), await codemode.get_weather({ city: 'a' })]";
  assert.deepEqual(await named.execute!({ code }, options), { result: [["select"], { city: "a", degrees: 1 }] });
});

test("connectors of /ai", async () => {
  const connector = toolSetConnector({} as never, { name: "tools", tools: { "get-weather": weather } });
  assert.match(await connector.getTypeScriptTypes(), /get_weather/);
  const binding = { callTool: (method: string, args: unknown) => connector.executeTool(method, args) };
  const output = await runCode({
    code: "async () => (await tools.get_weather({ city: 'Rome' })).degrees",
    executor: executor(),
    providers: [resolveProvider(aiTools({ weather }))],
    connectors: [{ name: "tools", binding }],
  });
  assert.deepEqual(output, { result: 4 });
});

test("/browser", async () => {
  const tools = {
    "get-weather": {
      description: "The weather of a city",
      inputSchema: { type: "object" as const, properties: { city: { type: "string" as const } } },
      execute: async ({ city }: Record<string, unknown>) => ({ degrees: String(city).length }),
    },
  };
  const codeTool = createBrowserCodeTool({ tools, executor: executor() });
  assert.match(codeTool.description, /get_weather/);
  assert.deepEqual(await codeTool.execute({ code: CODE }), { result: [4, 5], logs: ["got 2"] });
  await assert.rejects(codeTool.execute({ code: "codemode.nothing()" }), /Tool "nothing" not found/);
});

test("/tanstack-ai", async () => {
  const definition = toolDefinition({
    name: "get-weather",
    description: "The weather of a city",
    inputSchema: z.object({ city: z.string() }),
  });
  const tools = [definition.server(async ({ city }) => ({ degrees: city.length }))];
  const codeTool = createTanstackTool({ tools: [tanstackTools(tools)], executor: executor() });
  assert.deepEqual(await codeTool.execute!({ code: CODE }), { result: [4, 5], logs: ["got 2"] });
});

/** Connects a client to a server. */
async function connected(server: McpServer): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(near);
  return client;
}

async function call(client: Client, name: string, code: string): Promise<string> {
  const { content, isError } = await client.callTool({ name, arguments: { code } });
  const [block] = content as { text: string }[];
  return `${isError ? "error: " : ""}${block?.text}`;
}

test("/mcp", async () => {
  const upstream = new McpServer({ name: "weather", version: "1" });
  const config = { description: "The weather of a city", inputSchema: { city: z.string() } };
  upstream.registerTool("get-weather", config, async ({ city }) => ({
    content: [{ type: "text", text: JSON.stringify({ degrees: city.length }) }],
  }));
  const client = await connected(await codeMcpServer({ server: upstream, executor: executor() }));
  assert.deepEqual(JSON.parse(await call(client, "code", CODE)), [4, 5]);
  assert.match(await call(client, "code", "async () => { throw new Error('broke') }"), /^error: Error: broke/);
  assert.match(await call(client, "code", "async () => codemode.get_weather({ city: 5 })"), /^error: /);

  const paths = { "/pets/{id}": { get: { summary: "A pet", responses: { 200: { description: "ok" } } } } };
  const spec = { openapi: "3.1.0", info: { title: "Pets", version: "1" }, paths };
  const requests: unknown[] = [];
  const request = async (options: unknown) => {
    requests.push(options);
    return { name: "Rex" };
  };
  const api = await connected(openApiMcpServer({ spec, executor: executor(), request }));
  const search = "async () => Object.keys((await codemode.spec()).paths)";
  assert.deepEqual(JSON.parse(await call(api, "search", search)), ["/pets/{id}"]);
  const execute = "async () => (await codemode.request({ method: 'GET', path: '/pets/1' })).name";
  assert.equal(await call(api, "execute", execute), "Rex");
  assert.deepEqual(requests, [{ method: "GET", path: "/pets/1" }]);
});
