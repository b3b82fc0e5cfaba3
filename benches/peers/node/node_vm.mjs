// node:vm: a context in the host's own isolate. Node says that it is no security boundary.
import vm from "node:vm";
import { double, hostCpu } from "./harness.mjs";

// The answer becomes text inside the sandbox, within its time, since an object may be a trap.
const main = new vm.Script(`((answer) => typeof answer?.then === "function"
  ? Promise.resolve(answer).then((value) => JSON.stringify(value) ?? "null")
  : JSON.stringify(answer) ?? "null")(main(JSON.parse(arg), cap))`);

export const open = () => ({
  version: `Node ${process.versions.node}`,
  cpu: hostCpu,
  load(source, { wall_ms }) {
    const context = vm.createContext({ cap: async (n) => double(n) });
    const options = { timeout: wall_ms };
    vm.runInContext(source, context, options);
    return {
      async call(arg) {
        context.arg = JSON.stringify(arg);
        return JSON.parse(await main.runInContext(context, options));
      },
      drop() {},
    };
  },
});
