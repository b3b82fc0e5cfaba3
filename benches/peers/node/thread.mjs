// What runs inside a worker thread: the program, in a context that has nothing of Node.
import { parentPort } from "node:worker_threads";
import vm from "node:vm";

const pending = new Map();
let ids = 0;
const cap = (n) => new Promise((resolve) => {
  pending.set(++ids, resolve);
  parentPort.postMessage({ cap: [ids, Number(n)] });
});
const context = vm.createContext({ cap });

parentPort.on("message", async ({ load, call, settle }) => {
  try {
    if (settle) {
      pending.get(settle[0])(settle[1]);
      pending.delete(settle[0]);
    } else if (load !== undefined) {
      vm.runInContext(load, context);
      parentPort.postMessage({ value: null });
    } else {
      context.arg = call;
      parentPort.postMessage({ value: await vm.runInContext("main(arg, cap)", context) });
    }
  } catch (error) {
    parentPort.postMessage({ error: String(error) });
  }
});
