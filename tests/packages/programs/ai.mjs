import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  createUIMessageStream,
  embedMany,
  cosineSimilarity,
  generateObject,
  generateText,
  jsonSchema,
  Output,
  simulateReadableStream,
  smoothStream,
  stepCountIs,
  streamObject,
  streamText,
  tool,
  wrapLanguageModel,
  extractReasoningMiddleware,
  experimental_createProviderRegistry as createProviderRegistry,
  customProvider,
  APICallError,
  NoObjectGeneratedError,
} from "ai";
import { MockEmbeddingModelV3, MockLanguageModelV3 } from "ai/test";
import * as z from "zod";

const usage = { inputTokens: { total: 3, noCache: 3 }, outputTokens: { total: 4, text: 4 } };
const finish = (unified) => ({ unified, raw: unified });
const says = (...content) => ({
  content,
  finishReason: finish(content.some(({ type }) => type === "tool-call") ? "tool-calls" : "stop"),
  usage,
  warnings: [],
});

export default async () => {
  const weather = tool({
    description: "The weather",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ city, degrees: 20 }),
  });
  let turn = 0;
  const agent = new MockLanguageModelV3({
    doGenerate: async ({ prompt }) =>
      turn++ === 0
        ? says({ type: "tool-call", toolCallId: "1", toolName: "weather", input: '{"city":"Rome"}' })
        : says({
            type: "text",
            text: `saw ${prompt.at(-1).role}: ${JSON.stringify(prompt.at(-1).content[0].output)}`,
          }),
  });
  const answer = await generateText({
    model: agent,
    prompt: "weather?",
    tools: { weather },
    stopWhen: stepCountIs(3),
  });
  const parts = ["<think>hm</think>", "Hel", "lo ", "world ", "again"];
  const streaming = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        initialDelayInMs: null,
        chunkDelayInMs: null,
        chunks: [
          { type: "stream-start", warnings: [] },
          { type: "text-start", id: "t" },
          ...parts.map((delta) => ({ type: "text-delta", id: "t", delta })),
          { type: "text-end", id: "t" },
          { type: "finish", finishReason: finish("stop"), usage },
        ],
      }),
    }),
  });
  const result = streamText({
    model: wrapLanguageModel({
      model: streaming,
      middleware: extractReasoningMiddleware({ tagName: "think" }),
    }),
    messages: [
      { role: "system", content: "s" },
      { role: "user", content: [{ type: "text", text: "hi" }] },
    ],
    experimental_transform: smoothStream({ delayInMs: null }),
  });
  const text = [];
  for await (const piece of result.textStream) text.push(piece);
  const response = streamText({ model: streaming, prompt: "x" }).toUIMessageStreamResponse({
    generateMessageId: () => "m1",
  });
  const objects = new MockLanguageModelV3({
    doGenerate: async () => says({ type: "text", text: '{"name":"Ann","age":3}' }),
    doStream: async () => ({
      stream: simulateReadableStream({
        initialDelayInMs: null,
        chunkDelayInMs: null,
        chunks: [
          { type: "text-start", id: "t" },
          ...'{"list":[1,2,3]}'.match(/.{1,4}/g).map((delta) => ({ type: "text-delta", id: "t", delta })),
          { type: "text-end", id: "t" },
          { type: "finish", finishReason: finish("stop"), usage },
        ],
      }),
    }),
  });
  const schema = z.object({ name: z.string(), age: z.number() });
  const partial = [];
  for await (const it of streamObject({
    model: objects,
    schema: z.object({ list: z.array(z.number()) }),
    prompt: "x",
  }).partialObjectStream)
    partial.push(it);
  const { embeddings } = await embedMany({
    model: new MockEmbeddingModelV3({
      maxEmbeddingsPerCall: 2,
      doEmbed: async ({ values }) => ({ embeddings: values.map((it) => [it.length, 1]), warnings: [] }),
    }),
    values: ["a", "bb", "ccc"],
  });
  const failing = new MockLanguageModelV3({
    doGenerate: async () => {
      throw new APICallError({
        message: "too many",
        url: "u",
        requestBodyValues: {},
        statusCode: 400,
        isRetryable: false,
      });
    },
  });
  const custom = createUIMessageStreamResponse({
    stream: createUIMessageStream({
      generateId: () => "g",
      execute: ({ writer }) => {
        writer.write({ type: "data-note", id: "1", data: { x: 1 } });
      },
    }),
  });
  return {
    answer: answer.text,
    steps: answer.steps.map(({ finishReason, toolCalls, toolResults }) => [
      finishReason,
      toolCalls.length,
      toolResults.map(({ output }) => output),
    ]),
    total: answer.totalUsage.totalTokens,
    text,
    reasoning: await result.reasoningText,
    full: await result.text,
    response: [response.headers.get("content-type"), await response.text()],
    custom: await custom.text(),
    object: (await generateObject({ model: objects, schema, prompt: "x" })).object,
    output: (await generateText({ model: objects, output: Output.object({ schema }), prompt: "x" })).output,
    partial,
    bad: await generateObject({ model: objects, schema: z.object({ no: z.string() }), prompt: "x" }).catch(
      (error) => [NoObjectGeneratedError.isInstance(error), error.message],
    ),
    embeddings,
    similar: Math.round(cosineSimilarity(embeddings[0], embeddings[2]) * 1000),
    failed: await generateText({ model: failing, prompt: "x" }).catch((error) => [
      APICallError.isInstance(error),
      error.name,
      error.statusCode,
    ]),
    messages: await convertToModelMessages([
      { role: "user", parts: [{ type: "text", text: "hi" }] },
      {
        role: "assistant",
        parts: [
          {
            type: "tool-weather",
            toolCallId: "1",
            state: "output-available",
            input: { city: "x" },
            output: 1,
          },
        ],
      },
    ]),
    registry: createProviderRegistry({
      mine: customProvider({ languageModels: { m: agent } }),
    }).languageModel("mine:m").provider,
    json: jsonSchema({ type: "object" }).jsonSchema,
  };
};
