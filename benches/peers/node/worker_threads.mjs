// worker_threads: an isolate on a thread of its own, with a context of node:vm inside.
import { Worker } from "node:worker_threads";
import { sandbox } from "./messages.mjs";

const script = new URL("./thread.mjs", import.meta.url);

export const open = () => ({
  version: `Node ${process.versions.node}`,
  load(source, limits) {
    return sandbox(({ hear, fail }) => {
      const worker = new Worker(script, {
        env: {},
        stdout: true,
        stderr: true,
        resourceLimits: { maxOldGenerationSizeMb: limits.memory_bytes >> 20 },
      });
      worker.on("message", hear);
      worker.on("error", fail);
      worker.on("exit", (code) => fail(new Error(`the thread ended with ${code}`)));
      return {
        post: (message) => worker.postMessage(message),
        end: () => worker.terminate(),
        async meter() {
          const { user, system } = await worker.cpuUsage();
          return { unit: "ns", value: (user + system) * 1000 };
        },
      };
    }, source, limits);
  },
});
