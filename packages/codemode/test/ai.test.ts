/** The package's own `createCodeTool` with the AI SDK. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateText, isStepCount, jsonSchema, tool, type Tool } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { z } from "zod";
import { aiTools, createCodeTool, resolveProvider, type CodeInput, type CodeOutput } from "@isolet/codemode/ai";
import { command, executor } from "./support.ts";

const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string().describe("its name"), unit: z.enum(["C", "F"]).default("C") }),
  outputSchema: z.object({ degrees: z.number(), unit: z.string() }),
  execute: async ({ city, unit }) => ({ degrees: city === "Nowhere" ? NaN : city.length, unit, more: 1 }),
});
const sum = tool({
  description: "Adds",
  inputSchema: jsonSchema<{ numbers: number[] }>({
    type: "object",
    properties: { numbers: { type: "array", items: { type: "number" } } },
    required: ["numbers"],
  }),
  execute: async ({ numbers }) => numbers.reduce((a, b) => a + b, 0),
});
const danger = tool({ description: "Asks first", inputSchema: z.object({}), needsApproval: true, execute: async () => "done" });
const tools = { "get-weather": weather, sum, danger };

function run(code: string, codeTool: Tool<CodeInput, CodeOutput>, abortSignal?: AbortSignal): Promise<CodeOutput> {
  const options = { toolCallId: "1", messages: [], context: {}, ...(abortSignal && { abortSignal }) };
  return codeTool.execute!({ code }, options) as Promise<CodeOutput>;
}

test("the description declares the tools", () => {
  const { description } = createCodeTool({ tools, command }) as { description: string };
  for (const text of ["declare const codemode", "get_weather(input", "its name", '"C" | "F"', "degrees: number", "Adds"]) {
    assert.ok(description.includes(text), description);
  }
  assert.ok(!description.includes("danger"), description);
  const own = createCodeTool({ tools: [{ name: "w", tools: { weather } }, { name: "x", tools: { sum }, types: "X: $&" }], command, description: "<{{types}}>" });
  assert.match(own.description as string, /^<declare const w: \{[^]*X: \$&>$/);
  assert.throws(() => createCodeTool({ tools, command: "/no/such/isolet" }), /cannot be started/);
});

test("programs call tools of the AI SDK", async () => {
  const codeTool = createCodeTool({ tools, command });
  const code = `const all = await Promise.all(["Rome", "Oslo!"].map((city) => codemode.get_weather({ city })));
    console.log("got", all.length);
    return [await codemode.sum({ numbers: all.map((it) => it.degrees) }), all[0].unit];`;
  assert.deepEqual(await run(code, codeTool), { result: [9, "C"], logs: ["got 2"] });
  assert.deepEqual(await run("async () => 1", codeTool), { result: 1 });
  const failed = run("const a = 1;\nawait codemode.sum({ numbers: [a, 'x'] })", codeTool);
  await assert.rejects(failed, (error: Error) => {
    assert.match(error.message, /^Code execution failed: TypeError: codemode\.sum: input\.numbers\[1\]/);
    assert.match(error.message, /at line 2/);
    return true;
  });
  // What the schema does not have is left out, and what is not as it says is an error.
  assert.deepEqual(await run("Object.keys(await codemode.get_weather({ city: 'Rome' }))", codeTool), { result: ["degrees", "unit"] });
  await assert.rejects(run("await codemode.get_weather({ city: 'Nowhere' })", codeTool), /output\.degrees must be a number/);
  await assert.rejects(run("await codemode.danger({})", codeTool), /danger/);
  await assert.rejects(run("await codemode.get_wether({})", codeTool), /did you mean codemode\.get_weather/);
});

test("a signal of the SDK ends the program", async () => {
  const controller = new AbortController();
  const stop = tool({ inputSchema: z.object({}), execute: async () => controller.abort(new Error("enough")) });
  const limits = { fuel: Number.MAX_SAFE_INTEGER };
  const codeTool = createCodeTool({ tools: { stop }, command, limits });
  await assert.rejects(run("await codemode.stop({}); while (true);", codeTool, controller.signal), /enough/);
});

test("tools that need approval wait for it, if it is given", async () => {
  const codeTool = createCodeTool({ tools, command, approve: ({ name }) => name === "danger" });
  assert.ok((codeTool.description as string).includes("danger"));
  assert.deepEqual(await run("await codemode.danger({})", codeTool), { result: "done" });
  const refused = createCodeTool({ tools, command, approve: () => ({ approved: false, reason: "no" }) });
  await assert.rejects(run("await codemode.danger({})", refused), /RejectedError: no/);
});

test("a model runs a program", async () => {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const code = "const { degrees } = await codemode.get_weather({ city: 'Rome' }); degrees * 2";
  const model = new MockLanguageModelV4({
    doGenerate: [
      {
        content: [{ type: "tool-call", toolCallId: "1", toolName: "code", input: JSON.stringify({ code }) }],
        finishReason: { unified: "tool-calls", raw: undefined },
        usage,
        warnings: [],
      },
      { content: [{ type: "text", text: "done" }], finishReason: { unified: "stop", raw: undefined }, usage, warnings: [] },
    ],
  });
  const { text, steps } = await generateText({
    model,
    tools: { code: createCodeTool({ tools, command }) },
    prompt: "How warm is Rome, twice?",
    stopWhen: isStepCount(2),
  });
  assert.equal(text, "done");
  assert.deepEqual(steps[0]?.toolResults[0]?.output, { result: 8 });
  const offered = model.doGenerateCalls[0]?.tools?.[0];
  assert.ok(offered?.type === "function" && offered.description?.includes("declare const codemode"));
});

test("executors run the programs", async () => {
  const byIsolet = createCodeTool({ tools, command, executor: executor() });
  assert.deepEqual(await run("await codemode.sum({ numbers: [1, 2] })", byIsolet), { result: 3 });
  const calls: unknown[] = [];
  const other = {
    async execute(code: string, providers: unknown) {
      calls.push(code, providers);
      return code === "fail" ? { result: undefined, error: "broke", logs: ["a"] } : { result: 5 };
    },
  };
  const codeTool = createCodeTool({ tools: [aiTools(tools)], executor: other, command });
  assert.deepEqual(await run("x", codeTool), { result: 5 });
  await assert.rejects(run("fail", codeTool), /^Error: Code execution failed: broke\n\nConsole output:\na$/);
  const [provider] = calls[1] as { name: string; fns: Record<string, (input: unknown) => Promise<unknown>> }[];
  assert.deepEqual([provider?.name, Object.keys(provider?.fns ?? {})], ["codemode", ["get-weather", "sum"]]);
  assert.deepEqual(await provider?.fns["get-weather"]?.({ city: "Rome" }), { degrees: 4, unit: "C" });
  await assert.rejects(async () => provider?.fns["get-weather"]?.({ city: 5 }));
});

test("tools get options, and can return several values", async () => {
  const seen: unknown[] = [];
  const inputSchema = z.object({});
  const options = tool({
    inputSchema,
    execute: async (_, { abortSignal, toolCallId, messages }) => {
      seen.push(abortSignal instanceof AbortSignal, toolCallId, messages);
      return 1;
    },
  });
  const counting = tool({
    inputSchema,
    async *execute() {
      yield 1;
      yield 2;
    },
  });
  const codeTool = createCodeTool({ tools: { options, counting }, command });
  assert.deepEqual(await run("[await codemode.options({}), await codemode.counting({})]", codeTool), { result: [1, 2] });
  assert.deepEqual([seen[0], typeof seen[1], seen[2]], [true, "string", []]);
  assert.equal(await resolveProvider({ tools: { options } }).fns["options"]?.({}), 1);
});

test("tools without schemas are tools", async () => {
  const simple = { shout: { description: "Shouts", execute: async (text: unknown) => String(text).toUpperCase() } };
  const codeTool = createCodeTool({ tools: [{ name: "voice", tools: simple }], command });
  assert.deepEqual(await run("await voice.shout('hi')", codeTool), { result: "HI" });
  assert.deepEqual(Object.keys(resolveProvider({ tools: simple }).fns), ["shout"]);
});
