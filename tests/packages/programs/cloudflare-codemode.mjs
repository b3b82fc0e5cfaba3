import {
  jsonSchemaToType,
  normalizeCode,
  resolveProvider,
  runCode,
  sanitizeToolName,
  truncateResponse,
  truncateResult,
  generateTypesFromJsonSchema,
} from "@cloudflare/codemode";
import { createCodeTool, generateTypes, aiTools } from "@cloudflare/codemode/ai";
import { tool } from "ai";
import * as z from "zod";

// Runs the code in place: what `DynamicWorkerExecutor` does in a worker of its own.
const executor = {
  async execute(code, providers) {
    const logs = [];
    const names = providers.map(({ name }) => name);
    const spaces = providers.map(({ fns }) =>
      Object.fromEntries(Object.entries(fns).map(([name, fn]) => [sanitizeToolName(name), fn])),
    );
    try {
      const result = await new Function(...names, "console", `return (${code})()`)(...spaces, {
        log: (...words) => logs.push(words.join(" ")),
      });
      return { result, logs };
    } catch ({ message }) {
      return { result: undefined, error: message, logs };
    }
  },
};

export default async () => {
  const tools = {
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
    danger: tool({
      description: "Asks first",
      inputSchema: z.object({}),
      needsApproval: true,
      execute: async () => "no",
    }),
  };
  const code = createCodeTool({ tools, executor });
  const run = (text) =>
    code
      .execute({ code: text }, { toolCallId: "1", messages: [] })
      .catch(({ message }) => ({ thrown: message }));
  const provider = resolveProvider(aiTools(tools));
  const single = await provider.fns["get-weather"]({ city: "Bonn" });
  return {
    types: generateTypes(tools),
    description: code.description,
    run: await run(
      "async () => { const all = await Promise.all(['Rome', 'Oslo!'].map((city) => codemode.get_weather({ city }))); console.log('got', all.length); return codemode.sum({ numbers: all.map((it) => it.degrees) }); }",
    ),
    fails: await run("async () => { throw new Error('broke') }"),
    direct: await runCode({
      code: "async () => codemode.sum({ numbers: [1] })",
      executor,
      providers: [provider],
    }).catch(({ message }) => message),
    single,
    names: Object.keys(provider.fns),
    normal: [
      "1 + 1",
      "const a = 1; a",
      "```js\nasync () => 2\n```",
      "function f() { return 3 }",
      "if (",
      "return 4",
      "let x = 1;\nx++",
    ].map((it) => normalizeCode(it)),
    safe: ["a-b.c d", "1x", "class", "ok"].map(sanitizeToolName),
    type: jsonSchemaToType(
      {
        type: "object",
        properties: {
          a: { anyOf: [{ type: "string" }, { type: "null" }] },
          b: { type: "array", items: { enum: ["x", 1] } },
        },
        required: ["a"],
      },
      "T",
    ),
    schema: generateTypesFromJsonSchema({
      t: {
        description: "d",
        inputSchema: { type: "object", properties: { q: { type: "integer", description: "n" } } },
      },
    }),
    cut: [
      truncateResponse("word ".repeat(100), { maxChars: 60 }),
      truncateResult(
        { list: Array.from({ length: 100 }, (_, n) => n), text: "x".repeat(500) },
        { maxChars: 200 },
      ),
    ],
  };
};
