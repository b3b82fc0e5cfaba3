import OpenAI, { APIError, toFile } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import * as z from "zod";

export default async () => {
  const requests = [];
  let failures = 1;
  const fetch = async (url, init) => {
    const request = new Request(url, init);
    const type = request.headers.get("content-type") ?? "";
    const body = type.startsWith("multipart")
      ? [...(await request.formData())].map(([key, value]) => [
          key,
          typeof value === "string" ? value : [value.name, value.size],
        ])
      : await request.text();
    requests.push([request.method, request.url, request.headers.get("authorization"), body]);
    const { pathname } = new URL(url);
    if (pathname.endsWith("/models") && failures-- > 0)
      return Response.json(
        { error: { message: "slow down" } },
        { status: 429, headers: { "retry-after-ms": "1" } },
      );
    if (pathname.endsWith("/models"))
      return Response.json({
        object: "list",
        data: [
          { id: "a", object: "model" },
          { id: "b", object: "model" },
        ],
      });
    if (pathname.endsWith("/missing"))
      return Response.json(
        { error: { message: "no such model", type: "invalid_request_error", code: "missing" } },
        { status: 404, headers: { "x-request-id": "r1" } },
      );
    if (pathname.endsWith("/files")) return Response.json({ id: "file-1", object: "file" });
    const sent = JSON.parse(body);
    if (sent.stream) {
      const chunks = ["Hel", "lo ", "wörld"].map((content, index) => ({
        id: "c",
        object: "chat.completion.chunk",
        choices: [
          { index: 0, delta: { role: "assistant", content }, finish_reason: index === 2 ? "stop" : null },
        ],
      }));
      const bytes = new TextEncoder().encode(
        `${chunks.map((it) => `data: ${JSON.stringify(it)}\n\n`).join("")}data: [DONE]\n\n`,
      );
      return new Response(
        new ReadableStream({
          start(controller) {
            for (let at = 0; at < bytes.length; at += 33) controller.enqueue(bytes.slice(at, at + 33));
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    }
    const content = sent.response_format ? '{"city":"Rome","degrees":21}' : null;
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "weather", arguments: '{"city":"Rome"}' },
    };
    const answered = content || sent.messages.some(({ role }) => role === "tool");
    return Response.json({
      id: "c",
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: content ?? (answered ? "It is warm." : null),
            ...(answered ? {} : { tool_calls: [call] }),
          },
          finish_reason: answered ? "stop" : "tool_calls",
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
  };
  const client = new OpenAI({ apiKey: "sk-test", fetch, maxRetries: 2, dangerouslyAllowBrowser: true });
  const models = [];
  for await (const { id } of client.models.list()) models.push(id);
  const text = [];
  for await (const chunk of await client.chat.completions.create({
    model: "m",
    messages: [{ role: "user", content: "hi" }],
    stream: true,
  }))
    text.push(chunk.choices[0].delta.content);
  const streamed = await client.chat.completions
    .stream({ model: "m", messages: [{ role: "user", content: "hi" }] })
    .finalContent();
  const parsed = await client.chat.completions.parse({
    model: "m",
    messages: [{ role: "user", content: "weather" }],
    response_format: zodResponseFormat(z.object({ city: z.string(), degrees: z.number() }), "weather"),
  });
  const runner = client.chat.completions.runTools({
    model: "m",
    messages: [{ role: "user", content: "weather?" }],
    tools: [
      {
        type: "function",
        function: {
          name: "weather",
          description: "d",
          parse: JSON.parse,
          parameters: { type: "object", properties: { city: { type: "string" } } },
          function: async ({ city }) => ({ city, degrees: 21 }),
        },
      },
    ],
  });
  const answer = await runner.finalContent();
  const file = await client.files.create({
    purpose: "assistants",
    file: await toFile(new TextEncoder().encode("data"), "a.txt"),
  });
  const error = await client.models
    .retrieve("missing")
    .catch((it) => [
      it instanceof APIError,
      it.constructor.name,
      it.status,
      it.code,
      it.message,
      it.requestID,
    ]);
  return {
    models,
    text,
    streamed,
    parsed: parsed.choices[0].message.parsed,
    answer,
    messages: runner.messages.length,
    file: file.id,
    error,
    requests,
  };
};
