// isolated-vm: a V8 isolate of its own for each sandbox, on threads of this process.
import { createRequire } from "node:module";
import { double, withDeadline } from "./harness.mjs";

const require = createRequire(`${process.env.PEERS_NPM}/isolated-vm/`);
const ivm = require("isolated-vm");
const { version } = require("isolated-vm/package.json");

export const open = () => ({
  version: `isolated-vm ${version}, Node ${process.versions.node}`,
  async load(source, { memory_bytes, wall_ms }) {
    const isolate = new ivm.Isolate({ memoryLimit: memory_bytes >> 20 });
    const drop = () => isolate.isDisposed || isolate.dispose();
    const options = { timeout: wall_ms };
    try {
      const context = await isolate.createContext();
      await context.global.set("__double", new ivm.Reference(async (n) => double(n)));
      // What is undefined settles no promise: the host's function is called through a reference.
      await context.eval(
        "globalThis.cap = (n) => __double.apply(undefined, [n], { result: { promise: true } });",
      );
      await withDeadline(wall_ms, drop, context.eval(source, options));
      const main = await context.eval("(arg) => main(arg, cap)", { reference: true });
      return {
        call: (arg) => withDeadline(wall_ms + 50, drop, main.apply(undefined, [arg], {
          ...options, arguments: { copy: true }, result: { copy: true, promise: true },
        })),
        drop,
        meter: () => ({ unit: "ns", value: Number(isolate.cpuTime) }),
      };
    } catch (error) {
      drop();
      throw error;
    }
  },
});
