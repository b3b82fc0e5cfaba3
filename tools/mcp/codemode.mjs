// The peer's Code Mode, unchanged, as a parent in isolet: `isolet run codemode.mjs --loader LOADER`
//
// Its `DynamicWorkerExecutor` loads a worker for each program, and its `createCodeTool` makes a tool of
// the AI SDK. Returns the names of the cases, and what is wrong.
import { deepStrictEqual as same, match } from "node:assert";

import { DynamicWorkerExecutor } from "@cloudflare/codemode";
import { aiTools, createCodeTool } from "@cloudflare/codemode/ai";
import { generateText, isStepCount, tool } from "ai";
import * as z from "zod";

/** Tools of which `meet` answers when three calls wait for it, so that none may wait for another. */
function makeTools() {
  const met = [];
  return {
    "get-weather": tool({
      description: "The weather of a city",
      inputSchema: z.object({ city: z.string().describe("its name"), unit: z.enum(["C", "F"]).optional() }),
      execute: async ({ city }) => ({ city, degrees: city.length }),
    }),
    sum: tool({
      description: "Adds",
      inputSchema: z.object({ numbers: z.array(z.number()) }),
      execute: async ({ numbers }) => numbers.reduce((a, b) => a + b, 0),
    }),
    meet: tool({
      description: "Waits for two others",
      inputSchema: z.object({ name: z.string() }),
      execute: ({ name }) =>
        new Promise((resolve) => {
          met.push([name, resolve]);
          if (met.length === 3) {
            met.forEach(([, resolve]) => resolve(met.map(([name]) => name).join()));
          }
        }),
    }),
    fails: tool({
      description: "Fails",
      inputSchema: z.object({}),
      execute: async () => {
        throw new RangeError("the tool is out of order");
      },
    }),
    danger: tool({
      inputSchema: z.object({}),
      needsApproval: true,
      execute: async () => "done without asking",
    }),
  };
}

const results = {
  arrow: [
    "async () => { const { degrees } = await codemode.get_weather({ city: 'Rome' }); return degrees; }",
    4,
  ],
  parallel: [
    "async () => Promise.all(['a', 'b', 'c'].map((name) => codemode.meet({ name })))",
    ["a,b,c", "a,b,c", "a,b,c"],
  ],
  "a hundred calls": [
    `async () => {
      const all = await Promise.all(Array.from({ length: 100 }, (_, n) => codemode.sum({ numbers: [n, 1] })));
      return codemode.sum({ numbers: all });
    }`,
    5050,
  ],
  fence: ["```js\nasync () => codemode.sum({ numbers: [1, 2] })\n```", 3],
  "fence of TypeScript's name": ["```typescript\nasync () => 7\n```", 7],
  statements: ["const numbers = [1, 2, 3];\nconst all = await codemode.sum({ numbers });\nall * 2", 12],
  expression: ["codemode.sum({ numbers: [4] })", 4],
  "named function": ["async function main() { return codemode.sum({ numbers: [5] }); }", 5],
  values: [
    "async () => ({ list: [1, null, 'é'], bytes: new Uint8Array([1, 2]).length, date: new Date(0).toISOString() })",
    { list: [1, null, "é"], bytes: 2, date: "1970-01-01T00:00:00.000Z" },
  ],
  "caught error": [
    "async () => codemode.fails({}).catch(({ message }) => message)",
    "the tool is out of order",
  ],
  "other namespace": ["async () => [await db.find({ id: 3 }), typeof codemode.sum]", ["row 3", "function"]],
  "state is set": ["async () => { globalThis.left = 1; return globalThis.left; }", 1],
  "state is gone": ["async () => typeof globalThis.left", "undefined"],
};
const errors = {
  thrown: ["async () => { throw new TypeError('broke') }", /broke/],
  "of a tool": ["async () => codemode.fails({})", /the tool is out of order/],
  "of an argument": ["async () => codemode.get_weather({ city: 5 })", /city|string/],
  "of no tool": ["async () => codemode.absent({})", /Tool "absent" not found/],
  "of one that asks first": ["async () => codemode.danger({})", /Tool "danger" not found/],
  "of the syntax": ["async () => { const = 1 }", /./],
  "of the network": ["async () => (await fetch('https://example.com')).status", /./],
};

const options = { toolCallId: "1", messages: [] };

/** A model that answers with a program, and then with what came back. */
const model = (code) => {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
  const finish = (content, unified) => ({ content, finishReason: { unified }, usage, warnings: [] });
  return {
    specificationVersion: "v4",
    provider: "test",
    modelId: "test",
    supportedUrls: {},
    async doGenerate({ prompt }) {
      const last = prompt.at(-1);
      if (last.role === "tool") {
        return finish([{ type: "text", text: JSON.stringify(last.content[0].output.value) }], "stop");
      }
      const call = { toolCallId: "1", toolName: "codemode", input: JSON.stringify({ code }) };
      return finish([{ type: "tool-call", ...call }], "tool-calls");
    },
  };
};

export default async (_, { LOADER }) => {
  const executor = new DynamicWorkerExecutor({ loader: LOADER });
  const find = tool({ inputSchema: z.object({ id: z.number() }), execute: async ({ id }) => `row ${id}` });
  const codemode = createCodeTool({
    tools: [aiTools(makeTools()), { name: "db", tools: { find } }],
    executor,
  });
  const wrong = [];
  const cases = [];
  const check = async (name, body) => {
    cases.push(name);
    await body().catch((error) => wrong.push(`${name}: ${error.message}`));
  };

  await check("description", async () => {
    match(codemode.description, /get_weather: \(input: GetWeatherInput\) => Promise<GetWeatherOutput>/);
    match(codemode.description, /unit\?: "C" \| "F"/);
  });
  for (const [name, [code, expected]] of Object.entries(results)) {
    await check(name, async () => same((await codemode.execute({ code }, options)).result, expected));
  }
  for (const [name, [code, expected]] of Object.entries(errors)) {
    await check(`error ${name}`, async () => {
      const { result } = await codemode.execute({ code }, options).catch((error) => ({ result: error }));
      match(result.message ?? `no error, but ${JSON.stringify(result)}`, expected);
    });
  }
  await check("logs", async () => {
    const { logs } = await codemode.execute(
      { code: "async () => { console.log('a', 1); console.warn('b') }" },
      options,
    );
    same(logs, ["a 1", "[warn] b"]);
  });
  await check("executor alone", async () => {
    const fns = { half: async (n) => n / 2 };
    const prelude = "other.quarter = async (n) => other.half(await other.half(n));";
    const providers = [
      { name: "codemode", fns },
      { name: "other", fns, prelude },
    ];
    const code = "async () => [await codemode.half(8), await other.quarter(8)]";
    same(await executor.execute(code, providers), { result: [4, 2], logs: [] });
  });
  await check("generateText", async () => {
    const code = "async () => codemode.sum({ numbers: [40, 2] })";
    const { text, steps } = await generateText({
      model: model(code),
      prompt: "Add 40 and 2.",
      tools: { codemode },
      stopWhen: isStepCount(2),
    });
    same([JSON.parse(text).result, steps.length], [42, 2]);
  });
  return { cases: cases.length, wrong };
};
