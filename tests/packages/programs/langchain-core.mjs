import { tool } from "@langchain/core/tools";
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  trimMessages,
} from "@langchain/core/messages";
import {
  CommaSeparatedListOutputParser,
  JsonOutputParser,
  StringOutputParser,
} from "@langchain/core/output_parsers";
import {
  ChatPromptTemplate,
  FewShotPromptTemplate,
  MessagesPlaceholder,
  PromptTemplate,
} from "@langchain/core/prompts";
import {
  RunnableBranch,
  RunnableLambda,
  RunnableMap,
  RunnablePassthrough,
  RunnableSequence,
} from "@langchain/core/runnables";
import { FakeListChatModel, FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { InMemoryChatMessageHistory } from "@langchain/core/chat_history";
import { Document } from "@langchain/core/documents";
import * as z from "zod";

export default async () => {
  const prompt = ChatPromptTemplate.fromMessages([
    ["system", "You are {role}."],
    new MessagesPlaceholder("history"),
    ["human", "{question}"],
  ]);
  const model = new FakeListChatModel({
    responses: ["a, b, c", '{"x": [1, 2]}', "streamed words"],
    sleep: 0,
  });
  const filled = await prompt.invoke({
    role: "a poet",
    history: [new HumanMessage("hi"), new AIMessage("ho")],
    question: "why?",
  });
  const listed = await prompt
    .pipe(model)
    .pipe(new CommaSeparatedListOutputParser())
    .invoke({ role: "x", history: [], question: "q" });
  const parsed = await model.pipe(new JsonOutputParser()).invoke("json");
  const pieces = [];
  for await (const piece of await model.pipe(new StringOutputParser()).stream("go")) pieces.push(piece);
  const chain = RunnableSequence.from([
    RunnableMap.from({ double: (n) => n * 2, same: new RunnablePassthrough() }),
    ({ double, same }) => double + same,
    RunnableBranch.from([[(n) => n > 10, () => "big"], () => "small"]),
  ]);
  const adder = tool(async ({ a, b }) => a + b, {
    name: "add",
    description: "Adds",
    schema: z.object({ a: z.number(), b: z.number() }),
  });
  let tries = 0;
  const flaky = RunnableLambda.from(() => {
    if (++tries < 3) throw new Error("not yet");
    return tries;
  }).withRetry({ stopAfterAttempt: 4, onFailedAttempt: () => {} });
  const fallback = RunnableLambda.from(() => {
    throw new Error("no");
  }).withFallbacks([RunnableLambda.from(() => "fell back")]);
  const events = [];
  for await (const { event, name } of RunnableLambda.from((x) => x + 1)
    .withConfig({ runName: "inc" })
    .streamEvents(1, { version: "v2" }))
    events.push([event, name]);
  const history = new InMemoryChatMessageHistory();
  await history.addUserMessage("one");
  await history.addAIMessage("two");
  const joined = new AIMessageChunk({
    content: "a",
    tool_call_chunks: [{ index: 0, id: "1", name: "t", args: '{"q":' }],
  }).concat(new AIMessageChunk({ content: "b", tool_call_chunks: [{ index: 0, args: "1}" }] }));
  const few = new FewShotPromptTemplate({
    examples: [{ q: "1", a: "2" }],
    examplePrompt: PromptTemplate.fromTemplate("{q}->{a}"),
    prefix: "P",
    suffix: "{input}",
    inputVariables: ["input"],
  });
  return {
    filled: filled.toString(),
    listed,
    parsed,
    pieces,
    chain: [await chain.invoke(1), await chain.batch([3, 4, 5])],
    add: await adder.invoke({ a: 1, b: 2 }),
    call: (await adder.invoke({ type: "tool_call", id: "c", name: "add", args: { a: 2, b: 2 } })).content,
    bad: await adder.invoke({ a: "x" }).catch(({ constructor }) => constructor.name),
    flaky: await flaky.invoke(0),
    fallback: await fallback.invoke(0),
    events,
    history: (await history.getMessages()).map((it) => [it.getType(), it.content]),
    joined: [joined.content, joined.tool_calls],
    few: await few.format({ input: "3" }),
    trimmed: (
      await trimMessages(
        [new SystemMessage("s"), new HumanMessage("1"), new AIMessage("2"), new HumanMessage("3")],
        { maxTokens: 2, strategy: "last", tokenCounter: (it) => it.length, includeSystem: true },
      )
    ).map(({ content }) => content),
    document: new Document({ pageContent: "x", metadata: { a: 1 } }),
    tool: new ToolMessage({ content: "r", tool_call_id: "1" }).toDict(),
    fake: typeof FakeStreamingChatModel,
    graph: chain.getGraph().drawMermaid({ withStyles: false }).length > 10,
  };
};
