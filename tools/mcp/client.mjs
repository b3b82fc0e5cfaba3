// Real clients of MCP servers: the two SDKs, one for each era of the protocol.
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";

import * as modern from "@modelcontextprotocol/client";
import * as modernStdio from "@modelcontextprotocol/client/stdio";
import * as handshake from "@modelcontextprotocol/sdk/client/index.js";
import * as handshakeHttp from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as handshakeStdio from "@modelcontextprotocol/sdk/client/stdio.js";
import * as handshakeTypes from "@modelcontextprotocol/sdk/types.js";

const SDKS = {
  "2025-11-25": { ...handshake, ...handshakeHttp, ...handshakeStdio },
  "2026-07-28": { ...modern, ...modernStdio },
};
export const ERAS = Object.keys(SDKS);
/** How long a request may take: what hangs is a fault. */
const PATIENCE = { timeout: 120_000 };
const INFO = { name: "isolet-mcp-check", version: "1.0.0" };

/** Lets a user and a model answer, and notes what changes, as `asked` says. */
function answer(client, era, asked) {
  const is2025 = era === ERAS[0];
  const of = (schema, method) => (is2025 ? handshakeTypes[schema] : method);
  client.setRequestHandler(of("ElicitRequestSchema", "elicitation/create"), ({ params }) =>
    asked.elicit(params),
  );
  client.setRequestHandler(of("CreateMessageRequestSchema", "sampling/createMessage"), ({ params }) =>
    asked.sample(params),
  );
  client.setNotificationHandler(
    of("ResourceUpdatedNotificationSchema", "notifications/resources/updated"),
    ({ params }) => asked.updated(params.uri),
  );
}

/** Connects to a process, or to a URL with a token. With `asked`, the client can be asked. */
export async function connect({ command, args, env, url, token, asked, era = ERAS[0] }) {
  const { Client, StdioClientTransport, StreamableHTTPClientTransport } = SDKS[era];
  const capabilities = asked ? { elicitation: { form: {}, url: {} }, sampling: {} } : {};
  const client = new Client(INFO, { capabilities, versionNegotiation: { mode: { pin: era } } });
  if (asked) {
    answer(client, era, asked);
  }
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(
    url
      ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
      : new StdioClientTransport({ command, args, env: { ...process.env, ...env }, stderr: "ignore" }),
  );
  // Results are then checked against the schemas of the tools.
  const { tools } = await client.listTools();
  const call = (name, input, options) => {
    const request = { name, arguments: input };
    const rest = { ...PATIENCE, ...options };
    return era === ERAS[0] ? client.callTool(request, undefined, rest) : client.callTool(request, rest);
  };
  return {
    call,
    tools,
    subscribe: (uri) =>
      era === ERAS[0] ? client.subscribeResource({ uri }) : client.listen({ resourceSubscriptions: [uri] }),
    run: (code, session, options) => call("run_code", session ? { code, session } : { code }, options),
    close: () => client.close(),
  };
}

/** The real servers by name, with an empty folder that they work in. */
export async function realServers(folder, names) {
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}.memory.jsonl`, { force: true });
  await mkdir(folder, { recursive: true });
  const all = JSON.parse((await readFile("servers.json", "utf8")).replaceAll("FOLDER", folder));
  return Object.fromEntries((names ?? Object.keys(all)).map((name) => [name, all[name]]));
}

/** Writes a configuration, and returns the options of `isolet mcp` for it. */
export async function configure(folder, mcpServers) {
  await writeFile(`${folder}.json`, JSON.stringify({ mcpServers }));
  return ["mcp", "--config", `${folder}.json`];
}

/** Starts `isolet mcp` over HTTP. */
export async function listen(isolet, options, folder, token) {
  await writeFile(`${folder}.token`, token);
  const server = spawn(isolet, [...options, "--listen", "127.0.0.1:0", "--token-file", `${folder}.token`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const kill = () => server.kill();
  process.once("exit", kill);
  const ended = new Promise((resolve) => server.once("exit", resolve)).finally(() =>
    process.off("exit", kill),
  );
  const [line] = await Promise.race([
    new Promise((resolve) => createInterface(server.stdout).once("line", (line) => resolve([line]))),
    ended.then((status) => [`it has ended with status ${status}`]),
  ]);
  const [url] = line.match(/http:\S+/) ?? [];
  if (!url) {
    throw new Error(`no URL: ${line}`);
  }
  const close = async () => {
    kill();
    return ended;
  };
  return { url, close };
}
