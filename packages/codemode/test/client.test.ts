import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { CodeMode, CommandError, type ToolCall } from "@isolet/codemode";
import { codeMode, command } from "./support.ts";

const add = {
  namespace: "math",
  name: "add",
  description: "Adds two numbers.",
  inputSchema: {
    type: "object",
    properties: { a: { type: "integer" }, b: { type: "integer" } },
    required: ["a", "b"],
  },
  outputSchema: { type: "integer" },
  execute: ({ a, b }: { a: number; b: number }) => a + b,
};

const forever = { fuel: Number.MAX_SAFE_INTEGER, wallMs: 86_400_000 };

test("programs call tools", async () => {
  const tool = await codeMode.createTool({ tools: [add], namespaces: { math: "Arithmetic." } });
  for (const text of ["Arithmetic.", "Adds two numbers.", "declare const math", "Promise<number>"]) {
    assert.ok(tool.declarations.includes(text), tool.declarations);
  }
  assert.ok(tool.description.includes(tool.declarations));
  const execution = await tool.execute("```ts\nconst n: number = await math.add({ a: 1, b: 2 });\nconsole.log('n', n);\nn * 2\n```");
  assert.equal(execution.outcome, "ok");
  assert.equal(execution.result, 6);
  assert.deepEqual(execution.logs, [{ level: "log", message: "n 3" }]);
  assert.deepEqual(execution.calls, [{ namespace: "math", tool: "add", arguments: { a: 1, b: 2 }, outcome: "done", value: 3 }]);
  const failed = await tool.execute("await math.add({ a: 1, b: 'x' })");
  assert.match(failed.text, /math\.add: input\.b must be an integer/);
  assert.equal(failed.error?.line, 1);
  await tool.close();
  await assert.rejects(tool.execute("1"), CommandError);
});

test("programs run at once, and their calls are answered in any order", async () => {
  const waiting: (() => void)[] = [];
  const wait = {
    name: "wait",
    execute: ({ n }: { n: number }) =>
      new Promise((resolve) => {
        waiting.push(() => resolve(n));
        if (waiting.length === 4) waiting.reverse().forEach((end) => end());
      }),
  };
  const tool = await codeMode.createTool({ tools: [wait] });
  const code = (first: number) => `await Promise.all([tools.wait({ n: ${first} }), tools.wait({ n: ${first + 1} })])`;
  const both = await Promise.all([tool.execute(code(1)), tool.execute(code(3))]);
  assert.deepEqual(both.map((it) => it.result), [[1, 2], [3, 4]]);
});

test("a signal ends a program, also in a loop, and its calls", async () => {
  const calls: ToolCall[] = [];
  const controller = new AbortController();
  const began = {
    name: "began",
    execute: (_: unknown, call: ToolCall) => {
      calls.push(call);
      controller.abort(new Error("enough"));
    },
  };
  const tool = await codeMode.createTool({ tools: [began], limits: forever });
  const { signal } = controller;
  await assert.rejects(tool.execute("await tools.began(); while (true) {}", { signal }), /enough/);
  await assert.rejects(tool.execute("1", { signal }), /enough/);
  const second = new AbortController();
  const never = {
    name: "never",
    execute: (_: unknown, call: ToolCall) =>
      new Promise((resolve) => {
        call.signal.addEventListener("abort", resolve);
        calls.push(call);
        second.abort();
      }),
  };
  const other = await codeMode.createTool({ tools: [never], limits: forever });
  await assert.rejects(other.execute("await tools.never()", { signal: second.signal }), { name: "AbortError" });
  const aborted = calls[1]?.signal;
  if (!aborted?.aborted) await new Promise((resolve) => aborted?.addEventListener("abort", resolve));
  assert.equal((await tool.execute("2")).result, 2);
  await Promise.all([tool.close(), other.close()]);
});

test("what tools throw can be caught", async () => {
  const fail = {
    name: "fail",
    execute: () => {
      throw new RangeError("too far");
    },
  };
  const large = { name: "large", execute: () => "x".repeat(9 << 20) };
  const tool = await codeMode.createTool({ tools: [fail, large] });
  const code = (name: string) => `await tools.${name}().catch(({ name, message }) => [name, message])`;
  assert.deepEqual((await tool.execute(code("fail"))).result, ["ToolError", "too far"]);
  const [, message] = (await tool.execute(code("large"))).result as string[];
  assert.match(message ?? "", /at most 8388608 can be passed on/);
  await assert.rejects(tool.execute(" ".repeat(9 << 20)), CommandError);
});

test("calls wait for approval", async () => {
  const tools = [{ ...add, needsApproval: true }];
  const code = `const call = (a) => math.add({ a, b: 0 }).catch(({ name, message }) => [name, message]);
    [await call(1), await call(2), await call(3)]`;
  const approve = async ({ arguments: it }: ToolCall) =>
    (it as { a: number }).a === 3 ? { approved: false, reason: "not three" } : (it as { a: number }).a === 1;
  const tool = await codeMode.createTool({ tools, approve });
  const { result } = await tool.execute(code);
  assert.deepEqual(result, [1, ["RejectedError", "the call was rejected"], ["RejectedError", "not three"]]);
  const without = await codeMode.createTool({ tools });
  assert.equal(((await without.execute(code)).result as string[][])[0]?.[0], "RejectedError");
});

test("sessions share variables", async () => {
  const tool = await codeMode.createTool({ tools: [add], limits: { fuel: 50_000_000 } });
  const session = await tool.session();
  await session.execute("let sum = await math.add({ a: 1, b: 2 })");
  assert.equal((await session.execute("sum + 1")).result, 4);
  assert.equal((await session.execute("while (true) {}")).sessionEnded, true);
  await assert.rejects(session.execute("1"), CommandError);
});

test("a command that has ended is started again", async () => {
  const own = new CodeMode({ command });
  const tool = await own.createTool({ tools: [add], limits: forever });
  const rejected = assert.rejects(tool.execute("while (true) {}"), CommandError);
  await own.close();
  await rejected;
  assert.equal((await tool.execute("await math.add({ a: 1, b: 1 })")).result, 2);
  await own.close();
});

test("wrong commands and tools are errors", async () => {
  const options = { tools: [add] };
  await assert.rejects(new CodeMode({ command: "/no/such/isolet" }).createTool(options), /cannot be started/);
  await assert.rejects(new CodeMode({ command: "true" }).createTool(options), /has ended|EPIPE/);
  const echo = ["sh", "-c", "echo hello; cat >/dev/null"];
  await assert.rejects(new CodeMode({ command: echo }).createTool(options), /no JSON/);
  await assert.rejects(codeMode.createTool({ tools: [add, add] }), CommandError);
});

test("the command does not keep the process alive", async () => {
  const program = `
    import { CodeMode } from "@isolet/codemode";
    const tool = await new CodeMode({ command: ${JSON.stringify(command)} }).createTool({ tools: [] });
    console.log((await tool.execute("20 + 1")).result);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
  });
  assert.equal(stdout, "21\n");
});
