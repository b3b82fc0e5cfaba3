// Checks `isolet mcp` in front of real servers by real clients: node checks.mjs ISOLET FOLDER [WORD]
//
// Each check runs over stdio and HTTP, in both eras of the protocol. A line of JSON is printed for
// each: its name, and what is wrong.
import { deepStrictEqual as same, match, ok, rejects } from "node:assert";
import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { encode } from "gpt-tokenizer/encoding/o200k_base";

import { configure, connect, ERAS, listen, realServers } from "./client.mjs";

const [isolet, base, word = ""] = process.argv.slice(2);
// What the servers must not get.
process.env.ISOLET_CHECK_SECRET = "1";
const PLACES = 32;
const TOKENS_OF_MANY = 2_000;
// Nothing but cancelling ends a program that loops.
const ENDLESS = ["--fuel", "1000000000000000000", "--timeout", "1h"];

const text = (result) => result.content.map((it) => it.text ?? "").join("\n");
const done = (result) => {
  ok(!result.isError, text(result));
  return result.structuredContent.result;
};
const failed = (result) => {
  ok(result.isError, text(result));
  return text(result);
};
const calls = (result) => {
  const count = {};
  for (const { status } of result.structuredContent.calls) {
    count[status] = (count[status] ?? 0) + 1;
  }
  return count;
};
const appears = async (...files) => {
  for (let left = 6_000; !files.every(existsSync); left--) {
    ok(left > 0, `no ${files.find((it) => !existsSync(it))}`);
    await pause(20);
  }
};

const CHECKS = {
  async tools({ client }) {
    const names = client.tools.map(({ name }) => name);
    same(names.slice(0, 3), ["run_code", "search_tools", "describe_tool"]);
    match(client.tools[0].description, /everything[^]*files[^]*memory[^]*thinking/);
  },

  async sequence({ client, folder }) {
    const result = await client.run(`
      interface Note { name: string; size: number }
      const root: string = ${JSON.stringify(folder)};
      await files.create_directory({ path: root + "/notes" });
      for (let n = 1; n <= 4; n++) {
        await files.write_file({ path: \`\${root}/notes/\${n}.txt\`, content: "note ".repeat(n) });
      }
      const edits = [{ oldText: "note note", newText: "two notes" }];
      await files.edit_file({ path: root + "/notes/2.txt", edits });
      await files.move_file({ source: root + "/notes/4.txt", destination: root + "/notes/four.txt" });
      const { content: list } = await files.list_directory({ path: root + "/notes" });
      const notes: Note[] = [];
      for (const [, name] of list.matchAll(/\\[FILE\\] (\\S+)/g)) {
        const { content } = await files.read_text_file({ path: \`\${root}/notes/\${name}\` });
        notes.push({ name, size: content.length });
      }
      const entities = notes.map(({ name, size }) => ({ name, entityType: "note", observations: [\`\${size}\`] }));
      await memory.create_entities({ entities });
      await memory.create_relations({ relations: [{ from: "1.txt", to: "2.txt", relationType: "precedes" }] });
      await memory.add_observations({ observations: [{ entityName: "1.txt", contents: ["first"] }] });
      const { entities: found } = await memory.search_nodes({ query: "first" });
      let history = 0;
      for (const thought of ["count", "add"]) {
        const thoughtNumber = history + 1;
        const step = { thought, thoughtNumber, totalThoughts: 2, nextThoughtNeeded: thoughtNumber < 2 };
        history = (await thinking.sequentialthinking(step)).thoughtHistoryLength;
      }
      const sum = await everything.get_sum({ a: notes[0].size, b: notes[3].size });
      return { notes, found: found.map(({ name, observations }) => [name, observations]), history, sum };`);
    same(done(result), {
      notes: [
        { name: "1.txt", size: 5 },
        { name: "2.txt", size: 10 },
        { name: "3.txt", size: 15 },
        { name: "four.txt", size: 20 },
      ],
      found: [["1.txt", ["5", "first"]]],
      history: 2,
      sum: "The sum of 5 and 20 is 25.",
    });
    same(calls(result), { done: 19 });
    same(await readFile(`${folder}/notes/2.txt`, "utf8"), "two notes ");
    const graph = (await readFile(`${folder}.memory.jsonl`, "utf8")).trim().split("\n");
    same(graph.map((line) => JSON.parse(line).type).sort(), [
      "entity",
      "entity",
      "entity",
      "entity",
      "relation",
    ]);
  },

  async parallel({ client, folder }) {
    // One call takes longer than all others, and keeps none of them waiting.
    const result = await client.run(`
      const root = ${JSON.stringify(folder)};
      const order = [];
      const slow = everything.trigger_long_running_operation({ duration: 45, steps: 1 });
      slow.then(() => order.push("slow"));
      const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
      const cities = ["New York", "Chicago", "Los Angeles"];
      const [sums, , weather, echoes] = await Promise.all([
        Promise.all(numbers.map((n) => everything.get_sum({ a: n, b: n }))),
        Promise.all(numbers.map((n) => files.write_file({ path: \`\${root}/p\${n}\`, content: "x".repeat(n) }))),
        Promise.all(cities.map((location) => everything.get_structured_content({ location }))),
        Promise.all(numbers.map((n) => everything.echo({ message: "é".repeat(n * 1000) }))),
      ]);
      const { content } = await files.read_multiple_files({ paths: numbers.map((n) => \`\${root}/p\${n}\`) });
      order.push("others");
      return {
        order, weather,
        sums: sums.map((text) => Number(text.match(/is (\\d+)/)[1])),
        echoes: echoes.map((text) => text.match(/é/g).length),
        read: content.match(/x+/g).map((text) => text.length),
      };`);
    same(done(result), {
      order: ["others"],
      weather: [
        { temperature: 33, conditions: "Cloudy", humidity: 82 },
        { temperature: 36, conditions: "Light rain / drizzle", humidity: 82 },
        { temperature: 73, conditions: "Sunny / Clear", humidity: 48 },
      ],
      sums: [2, 4, 6, 8, 10, 12, 14, 16],
      echoes: [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000],
      read: [1, 2, 3, 4, 5, 6, 7, 8],
    });
    same(calls(result), { done: 28, unfinished: 1 });
  },

  async content({ client, servers }) {
    // What the server itself answers, but for the time of day in it and for annotations of text.
    const direct = await connect(servers.everything);
    const compared = (content) =>
      content.map(({ annotations, ...block }) => {
        const kept = block.type === "text" ? block : { ...block, ...(annotations && { annotations }) };
        return JSON.parse(JSON.stringify(kept).replaceAll(/\d{1,2}:\d\d:\d\d [AP]M/g, "now"));
      });
    const data = "data:text/plain,hello";
    for (const [name, input, kinds] of [
      ["get-tiny-image", {}, ["text", "image", "text"]],
      ["get-annotated-message", { messageType: "success", includeImage: true }, ["text", "image"]],
      ["get-resource-links", { count: 2 }, ["text", "resource_link", "resource_link"]],
      ["get-resource-reference", { resourceType: "Text", resourceId: 1 }, ["text", "resource", "text"]],
      ["get-resource-reference", { resourceType: "Blob", resourceId: 2 }, ["text", "resource", "text"]],
      ["gzip-file-as-resource", { name: "a.gz", data, outputType: "resource" }, ["resource"]],
      ["gzip-file-as-resource", { name: "b.gz", data, outputType: "resourceLink" }, ["resource_link"]],
    ]) {
      const expected = await direct.call(name, input);
      same(
        expected.content.map(({ type }) => type),
        kinds,
        name,
      );
      const program = `return await everything.${name.replaceAll("-", "_")}(${JSON.stringify(input)})`;
      const result = await client.run(program);
      ok(!result.isError, text(result));
      same(compared(result.content), compared(expected.content), name);
    }
    // A program can take them apart as well.
    const picked = await client.run(
      "const [, { data, mimeType }] = await everything.get_tiny_image(); return [mimeType, atob(data).slice(1, 4)]",
    );
    same(done(picked), ["image/png", "PNG"]);
    await direct.close();
  },

  async errors({ client, folder }) {
    const wrong = await client.run(
      "await everything.echo({ message: 'x' });\nawait everything.get_sum({ a: '1', b: 2 })",
    );
    match(failed(wrong), /everything\.get_sum: input\.a must be a number/);
    same(wrong.structuredContent.error.line, 2);
    same(calls(wrong), { done: 1, refused: 1 });
    match(text(wrong), /Calls made before[^]*everything\.echo\(/);
    const unknown = await client.run("await everything.get_sun({ a: 1, b: 2 })");
    match(failed(unknown), /did you mean everything\.get_sum[,?]/);
    match(failed(await client.run("const = 1")), /SyntaxError/);
    const caught = await client.run(`
      const failures = [];
      for (const path of [${JSON.stringify(folder)} + "/absent", "/etc/passwd"]) {
        await files.read_text_file({ path }).catch((error) => failures.push([error.name, error.message]));
      }
      return failures;`);
    const [absent, outside] = done(caught);
    same([absent[0], outside[0]], ["ToolError", "ToolError"]);
    match(absent[1], /ENOENT/);
    match(outside[1], /Access denied/);
    same(calls(caught), { failed: 2 });
    match(
      failed(await client.run("await files.read_text_file({ path: '/etc/passwd' })")),
      /ToolError[^]*Access denied/,
    );
    match(failed(await client.call("describe_tool", { name: "files.read_fil" })), /files\.read_file/);
  },

  async environment({ client }) {
    const seen = Object.keys(JSON.parse(done(await client.run("return await everything.get_env()"))));
    const allowed = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"];
    same(
      seen.filter((name) => !allowed.includes(name)),
      [],
    );
    ok(seen.includes("PATH"));
  },

  async search({ client }) {
    const found = await client.call("search_tools", { query: "read the text of a file", limit: 5 });
    const names = found.structuredContent.tools.map(({ name }) => name);
    ok(names.includes("files.read_text_file"), `${names}`);
    const { structuredContent } = await client.call("describe_tool", { name: "everything.get_sum" });
    match(structuredContent.declaration, /get_sum\(input: \{[^]*a: number/);
  },

  async session({ client }) {
    const first = await client.run(
      "let total = 1; class Box { at = total }; const use = () => new Box().at; total",
      "new",
    );
    const { session } = first.structuredContent;
    same(done(first), 1);
    same(
      done(
        await client.run(
          "total += 41; const sum = await everything.get_sum({ a: total, b: 0 }); use()",
          session,
        ),
      ),
      42,
    );
    same(
      done(await client.run("let total = sum.length; total", session)),
      "The sum of 42 and 0 is 42.".length,
    );
    match(failed(await client.run("total", "0".repeat(session.length))), /no such session/);
    match(failed(await client.run("total")), /total is not defined/);
  },

  async asking({ client, asked, era }) {
    const elicited = done(await client.run("return await everything.trigger_elicitation_request()"));
    match(elicited, /- Name: Ada[^]*- Favorite Integer: 7/);
    const url = "https://a.example/login";
    const opened = await client.run(
      `return await everything.trigger_url_elicitation({ url: ${JSON.stringify(url)}, elicitationId: "1" })`,
    );
    match(done(opened), /accept/);
    const [form, page] = asked.elicited;
    match(form.message, /^The server "everything" asks for input\.[^]*\n> Please provide inputs/);
    same(form.requestedSchema.required, ["name"]);
    same(form.requestedSchema.properties.legacyTitledEnum.enumNames.length, 5);
    same(page.url, url);
    const sampled = await client.run("return await everything.trigger_sampling_request({ prompt: 'Hello' })");
    if (era === "2025-11-25") {
      match(done(sampled), /said by a model/);
      match(asked.sampled[0].systemPrompt, /^This request is of the MCP server "everything"\./);
    } else {
      match(failed(sampled), /sampling is refused/);
    }
    const uri = "isolet:everything/demo://resource/dynamic/text/1";
    await client.subscribe(uri);
    await client.run("return await everything.toggle_subscriber_updates()");
    for (let left = 6_000; asked.changed.length === 0; left--) {
      ok(left > 0, "no change");
      await pause(20);
    }
    same(asked.changed[0], uri);
  },

  async cancel({ client, folder }) {
    // As many programs as there are places, and one that waits for a place.
    const { session } = (await client.run("let kept = 1", "new")).structuredContent;
    const started = Array.from({ length: PLACES }, (_, n) => `${folder}/started${n}`);
    const loop = (file) =>
      `await files.write_file({ path: ${JSON.stringify(file)}, content: "" }); while (true) {}`;
    const abort = new AbortController();
    setMaxListeners(PLACES + 1, abort.signal);
    const runs = started.map((file, n) =>
      client.run(loop(file), n === 0 ? session : undefined, { signal: abort.signal }),
    );
    const ends = Promise.allSettled(runs);
    await appears(...started);
    runs.push(client.run("return 'waits'", undefined, { signal: abort.signal }));
    const waiting = rejects(runs.at(-1), /the task is over/);
    match(failed(await client.run("kept", session)), /busy/);
    abort.abort(new Error("the task is over"));
    same(
      (await ends).map(({ status }) => status),
      started.map(() => "rejected"),
    );
    await waiting;
    same(done(await client.run("return await everything.echo({ message: 'again' })")), "Echo: again");
    match(failed(await client.run("kept", session)), /has ended, because[^]*cancelled/);
  },

  async many({ client }) {
    const tokens = encode(JSON.stringify({ tools: client.tools })).length;
    ok(tokens < TOKENS_OF_MANY, `${tokens} tokens`);
    const query = { query: "make somebody responsible for a support ticket", limit: 5 };
    const { tools } = (await client.call("search_tools", query)).structuredContent;
    ok(
      tools.some(({ name }) => name === "many.assign_support_ticket"),
      JSON.stringify(tools),
    );
    const answer = done(
      await client.run("return await many.assign_support_ticket({ id: 'T-1', person: 'Ada' })"),
    );
    same(answer, { called: "assign_support_ticket", arguments: { id: "T-1", person: "Ada" }, era: "modern" });
  },
};

/** A user who answers, a model, and what they were asked. */
function person() {
  const asked = { elicited: [], sampled: [], changed: [] };
  return {
    ...asked,
    elicit(params) {
      asked.elicited.push(params);
      return { action: "accept", ...(params.mode !== "url" && { content: { name: "Ada", integer: 7 } }) };
    },
    sample(params) {
      asked.sampled.push(params);
      const content = { type: "text", text: "said by a model" };
      return { model: "a-model", role: "assistant", content };
    },
    updated: (uri) => asked.changed.push(uri),
  };
}

/** A client of `isolet mcp`, in front of new servers with an empty folder. */
async function world(check, transport, era) {
  const folder = `${base}/${check}`;
  const servers =
    check === "many" ? { many: { command: "node", args: ["many.mjs"] } } : await realServers(folder);
  const asked = check === "asking" ? person() : undefined;
  if (asked) {
    servers.everything.sampling = true;
  }
  const options = [...(await configure(folder, servers)), ...(check === "cancel" ? ENDLESS : [])];
  if (transport === "stdio") {
    const client = await connect({ command: isolet, args: options, asked, era });
    return { client, asked, era, folder, servers, close: client.close };
  }
  const server = await listen(isolet, options, folder, "a-token");
  await rejects(connect({ url: server.url, token: "another", era }), /401|[Uu]nauthorized/);
  const client = await connect({ url: server.url, token: "a-token", asked, era });
  const close = async () => {
    await client.close();
    same(await server.close(), 0, "the exit status");
  };
  return { client, asked, era, folder, servers, close };
}

for (const transport of ["stdio", "HTTP"]) {
  for (const era of ERAS) {
    for (const [check, body] of Object.entries(CHECKS)) {
      const name = `${check}, ${transport}, ${era}`;
      if (!name.includes(word)) {
        continue;
      }
      const wrong = [];
      try {
        const place = await world(check, transport, era);
        await body(place).catch((error) => wrong.push(error.message));
        await place.close();
      } catch (error) {
        wrong.push(error.message);
      }
      console.log(JSON.stringify([name, wrong]));
    }
  }
}
// A client that was not closed must not keep the process.
process.exit(0);
