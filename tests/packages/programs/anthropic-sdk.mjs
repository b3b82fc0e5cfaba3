import Anthropic from "@anthropic-ai/sdk";

const message = (content, stop = "end_turn") => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 5 },
});
const events = [
  ["message_start", { message: { ...message([]), stop_reason: null } }],
  ["content_block_start", { index: 0, content_block: { type: "text", text: "" } }],
  ["ping", {}],
  ["content_block_delta", { index: 0, delta: { type: "text_delta", text: "Grüß " } }],
  ["content_block_delta", { index: 0, delta: { type: "text_delta", text: "dich" } }],
  ["content_block_stop", { index: 0 }],
  [
    "content_block_start",
    { index: 1, content_block: { type: "tool_use", id: "t1", name: "add", input: {} } },
  ],
  ["content_block_delta", { index: 1, delta: { type: "input_json_delta", partial_json: '{"a": 1, ' } }],
  ["content_block_delta", { index: 1, delta: { type: "input_json_delta", partial_json: '"b": [2]}' } }],
  ["content_block_stop", { index: 1 }],
  ["message_delta", { delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 9 } }],
  ["message_stop", {}],
];

export default async () => {
  const requests = [];
  let busy = 1;
  const fetch = async (url, init) => {
    const headers = new Headers(init.headers);
    requests.push([
      init.method,
      String(url),
      headers.get("x-api-key"),
      headers.get("anthropic-version"),
      headers.get("content-type"),
      init.body ? JSON.parse(init.body) : null,
    ]);
    const { pathname, searchParams } = new URL(url);
    if (pathname === "/v1/models")
      return searchParams.get("after_id")
        ? Response.json({
            data: [{ id: "m2", type: "model" }],
            has_more: false,
            first_id: "m2",
            last_id: "m2",
          })
        : Response.json({
            data: [{ id: "m1", type: "model" }],
            has_more: true,
            first_id: "m1",
            last_id: "m1",
          });
    if (pathname === "/v1/messages/count_tokens")
      return busy-- > 0
        ? Response.json(
            { type: "error", error: { type: "overloaded_error", message: "busy" } },
            { status: 529, headers: { "retry-after": "0" } },
          )
        : Response.json({ input_tokens: 12 });
    const body = JSON.parse(init.body);
    if (body.max_tokens < 1)
      return Response.json(
        { type: "error", error: { type: "invalid_request_error", message: "max_tokens: too small" } },
        { status: 400, headers: { "request-id": "req_1" } },
      );
    if (body.stream) {
      const text = events
        .map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
        .join("");
      const bytes = new TextEncoder().encode(text);
      return new Response(
        new ReadableStream({
          pull(controller) {
            for (let at = 0; at < bytes.length; at += 50) controller.enqueue(bytes.subarray(at, at + 50));
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    }
    return Response.json(message([{ type: "text", text: `you said ${body.messages.at(-1).content}` }]), {
      headers: { "request-id": "req_2" },
    });
  };
  const client = new Anthropic({ apiKey: "key", fetch, maxRetries: 1, dangerouslyAllowBrowser: true });
  const ask = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "hi" }] };
  const { data, response } = await client.messages.create(ask).withResponse();
  const seen = [];
  for await (const event of await client.messages.create({ ...ask, stream: true })) seen.push(event.type);
  const stream = client.messages.stream({
    ...ask,
    tools: [{ name: "add", input_schema: { type: "object" } }],
  });
  const texts = [],
    partial = [];
  stream
    .on("text", (delta, snapshot) => texts.push([delta, snapshot]))
    .on("inputJson", (delta, snapshot) => partial.push(JSON.stringify(snapshot)));
  const final = await stream.finalMessage();
  const models = [];
  for await (const { id } of client.models.list()) models.push(id);
  const error = await client.messages
    .create({ ...ask, max_tokens: 0 })
    .catch((it) => [it instanceof Anthropic.BadRequestError, it.status, it.message, it.requestID]);
  const controller = new AbortController();
  controller.abort();
  const aborted = await client.messages
    .create(ask, { signal: controller.signal })
    .catch((it) => [it.name, it.constructor.name, it.message]);
  return {
    text: data.content,
    status: response.status,
    id: data._request_id,
    seen,
    texts,
    partial,
    final,
    models,
    tokens: await client.messages.countTokens(ask),
    error,
    aborted,
    requests,
  };
};
