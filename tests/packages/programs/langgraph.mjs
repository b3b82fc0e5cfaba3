import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { Annotation, END, MessagesAnnotation, Send, START, StateGraph } from "@langchain/langgraph";

export default async () => {
  const State = Annotation.Root({
    count: Annotation,
    log: Annotation({ reducer: (a, b) => a.concat(b), default: () => [] }),
  });
  const loop = new StateGraph(State)
    .addNode("inc", ({ count }) => ({ count: count + 1, log: [`inc ${count}`] }))
    .addNode("end", () => ({ log: ["end"] }))
    .addEdge(START, "inc")
    .addConditionalEdges("inc", ({ count }) => (count < 3 ? "inc" : "end"))
    .addEdge("end", END)
    .compile();
  const updates = [];
  for await (const update of await loop.stream({ count: 0 }, { streamMode: "updates" })) updates.push(update);
  const fan = new StateGraph(State)
    .addNode("start", () => ({}))
    .addNode("work", ({ n }) => ({ log: [n * n] }))
    .addNode("sum", ({ log }) => ({ count: log.reduce((a, b) => a + b, 0) }))
    .addEdge(START, "start")
    .addConditionalEdges("start", () => [1, 2, 3].map((n) => new Send("work", { n })), ["work"])
    .addEdge("work", "sum")
    .addEdge("sum", END)
    .compile();
  const agent = new StateGraph(MessagesAnnotation)
    .addNode("model", ({ messages }) => ({
      messages: [
        messages.at(-1).getType() === "tool"
          ? new AIMessage(`it is ${messages.at(-1).content}`)
          : new AIMessage({ content: "", tool_calls: [{ id: "1", name: "add", args: { a: 1, b: 2 } }] }),
      ],
    }))
    .addNode("tools", ({ messages }) => ({
      messages: messages
        .at(-1)
        .tool_calls.map(
          ({ id, args }) => new ToolMessage({ tool_call_id: id, content: String(args.a + args.b) }),
        ),
    }))
    .addEdge(START, "model")
    .addConditionalEdges("model", ({ messages }) => (messages.at(-1).tool_calls?.length ? "tools" : END))
    .addEdge("tools", "model")
    .compile();
  const { messages } = await agent.invoke({ messages: [new HumanMessage("1+2?")] });
  const endless = new StateGraph(State)
    .addNode("a", () => ({ count: 1 }))
    .addEdge(START, "a")
    .addEdge("a", "a")
    .compile();
  return {
    loop: await loop.invoke({ count: 0 }),
    updates,
    fan: await fan.invoke({ count: 0 }),
    agent: messages.map((it) => [it.getType(), it.content]),
    endless: await endless.invoke({ count: 0 }, { recursionLimit: 5 }).catch(({ name }) => name),
  };
};
