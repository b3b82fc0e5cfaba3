// Counts the tokens and round trips of tasks that are done with plain calls of tools, and with one
// program each: node comparison.mjs ISOLET FOLDER
//
// All sides run for real, in front of the same servers, and must find the same value and leave the same
// files and the same graph behind. The tables are printed as Markdown.
import { deepStrictEqual as same, ok } from "node:assert";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { encode } from "gpt-tokenizer/encoding/o200k_base";

import { configure, connect, realServers } from "./client.mjs";
import { TASKS } from "./tasks.mjs";

const [isolet, base] = process.argv.slice(2);
// Which servers are configured, by the head of the table.
const CHOICES = {
  "All four servers are configured": () => undefined,
  "Only the servers that the task needs are configured": (task) => task.servers,
};

const text = (result) => result.content.map((it) => it.text ?? "").join("\n");
const tools = (list, prefix) =>
  list.map(({ name, description, inputSchema }) => ({
    name: `${prefix}${name}`,
    description,
    input_schema: inputSchema,
  }));

/** One conversation with a model, and what it takes. */
class Conversation {
  constructor(folder, definitions, prompt) {
    this.folder = folder;
    // What every request begins with, and then what was said.
    this.context = this.tokens(JSON.stringify(definitions)) + this.tokens(prompt);
    this.input = this.output = this.requests = this.calls = 0;
  }

  /** The tokens of a text, in which the folder of the tests is /project. */
  tokens(text) {
    return encode(text.replaceAll(this.folder, "/project").replaceAll("ROOT", "/project")).length;
  }

  /** The model gets all that was said, and says something. */
  says(text) {
    this.requests += 1;
    this.input += this.context;
    const tokens = this.tokens(text);
    this.output += tokens;
    this.context += tokens;
  }

  /** The model asks for calls, and gets the results. */
  async asks(calls, call) {
    this.says(JSON.stringify(calls.map(({ name, input }) => ({ name, input }))));
    this.calls += calls.length;
    const results = [];
    for (const asked of calls) {
      const result = await call(asked);
      results.push(result);
      ok(!result.isError, text(result));
      this.context += this.tokens(text(result));
    }
    return results;
  }
}

/** Everything that a task may have changed. */
async function state(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((it) => it.isFile())
    .map((it) => join(it.parentPath, it.name));
  const graph = await readFile(`${folder}.memory.jsonl`, "utf8").catch(() => "");
  const contents = await Promise.all(files.sort().map(async (file) => [file, await readFile(file, "utf8")]));
  return { contents, graph: graph.trim().split("\n").sort() };
}

async function prepare(task, names) {
  const folder = `${base}/project`;
  const servers = await realServers(folder, names);
  for (const [name, content] of Object.entries(task.files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return { folder, servers };
}

async function withPlainCalls(task, names) {
  const { folder, servers } = await prepare(task, names);
  const clients = {};
  const definitions = [];
  for (const [name, server] of Object.entries(servers)) {
    clients[name] = await connect(server);
    definitions.push(...tools(clients[name].tools, `${name}__`));
  }
  const conversation = new Conversation(folder, definitions, task.prompt);
  const results = [];
  for (const turn of task.turns) {
    const calls = turn(results).map(([server, tool, input]) => ({
      name: `${server}__${tool}`,
      input,
      make: () => clients[server].call(tool, JSON.parse(JSON.stringify(input).replaceAll("ROOT", folder))),
    }));
    results.push((await conversation.asks(calls, ({ make }) => make())).map(text));
  }
  const value = task.value(results);
  conversation.says(task.answer(value));
  await Promise.all(Object.values(clients).map((client) => client.close()));
  return { conversation, value, state: await state(folder) };
}

async function withOneProgram(task, names, hasLook) {
  const { folder, servers } = await prepare(task, names);
  const client = await connect({ command: isolet, args: await configure(folder, servers) });
  const conversation = new Conversation(folder, tools(client.tools, "isolet__"), task.prompt);
  const ask = async (...calls) => {
    const results = await conversation.asks(
      calls.map(([tool, input]) => ({ name: `isolet__${tool}`, tool, input })),
      ({ tool, input }) => client.call(tool, JSON.parse(JSON.stringify(input).replaceAll("ROOT", folder))),
    );
    return results.map(text).join("\n");
  };

  const found = await ask(...task.queries.map((query) => ["search_tools", { query, limit: 3 }]));
  const pattern = new RegExp(`\\b(?:${Object.keys(servers).join("|")})\\.\\w+(?=\\()`, "g");
  const used = [...new Set(task.code.match(pattern))];
  ok(used.length > 0);
  const more = [];
  for (const name of used) {
    const signature = found.split("\n").find((line) => line.startsWith(`${name}(`));
    ok(signature, `${task.name}: the search has not found ${name}`);
    // A signature leaves out what is in a list of objects.
    if (/\bobject\b/.test(signature)) {
      more.push(["describe_tool", { name }]);
    }
  }
  if (hasLook && task.look) {
    more.push(["run_code", { code: task.look }]);
  }
  if (more.length > 0) {
    await ask(...more);
  }
  // What the model sees: a string as it is, and else JSON.
  const result = await ask(["run_code", { code: task.code }]);
  const value = result.startsWith("{") || result.startsWith("[") ? JSON.parse(result) : result;
  conversation.says(task.answer(value));
  await client.close();
  return { conversation, value, state: await state(folder) };
}

const number = (value) => value.toLocaleString("en-US");
for (const [head, servers] of Object.entries(CHOICES)) {
  const rows = [];
  for (const task of TASKS) {
    const plain = await withPlainCalls(task, servers(task));
    const sides = [
      plain,
      await withOneProgram(task, servers(task)),
      await withOneProgram(task, servers(task), true),
    ];
    for (const side of sides) {
      same(side.value, plain.value, task.name);
      same(side.state, plain.state, task.name);
    }
    const columns = ["requests", "input", "context", "output"].map((name) =>
      sides.map(({ conversation }) => number(conversation[name])).join(" / "),
    );
    rows.push(`| ${[task.name, number(plain.conversation.calls), ...columns].join(" | ")} |`);
  }
  console.log(`${head}:\n`);
  console.log("| task | plain calls | requests | input tokens | largest context | output tokens |");
  console.log(`|---|--:|--:|--:|--:|--:|\n${rows.join("\n")}\n`);
}

const many = { many: { command: "node", args: ["many.mjs"] } };
const direct = await connect(many.many);
const behind = await connect({ command: isolet, args: await configure(`${base}/many`, many) });
const size = ({ tools }) => number(encode(JSON.stringify({ tools })).length);
console.log(
  `The answer to \`tools/list\` in front of a server of 1,000 tools has ${size(behind)} tokens; ` +
    `that of the server itself has ${size(direct)}.`,
);
await Promise.all([direct.close(), behind.close()]);
process.exit(0);
