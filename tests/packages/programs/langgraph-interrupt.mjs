import { AsyncLocalStorage } from "node:async_hooks";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from "@langchain/langgraph";

AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());

export default async () => {
  const State = Annotation.Root({
    count: Annotation,
    log: Annotation({ reducer: (a, b) => a.concat(b), default: () => [] }),
  });
  const asks = new StateGraph(State)
    .addNode("ask", async () => {
      const answer = interrupt({ question: "sure?" });
      return { log: [`answer ${answer}`] };
    })
    .addEdge(START, "ask")
    .addEdge("ask", END)
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: "1" } };
  const stopped = await asks.invoke({ count: 1 }, config);
  const waiting = await asks.getState(config);
  const resumed = await asks.invoke(new Command({ resume: "yes" }), config);
  const history = [];
  for await (const { next, metadata } of asks.getStateHistory(config))
    history.push([next, metadata.step, metadata.source]);
  return { stopped: stopped.__interrupt__.map(({ value }) => value), next: waiting.next, resumed, history };
};
