// quickjs-wasi: a Wasm instance of its own for each sandbox.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { double, hostCpu } from "./harness.mjs";

const folder = `${process.env.PEERS_NPM}/quickjs-wasi/node_modules/quickjs-wasi`;
const { QuickJS } = await import(pathToFileURL(`${folder}/dist/index.js`));
const { version } = createRequire(`${folder}/`)("./package.json");
const wasm = await WebAssembly.compile(readFileSync(`${folder}/quickjs.wasm`));

export const open = () => ({
  version: `quickjs-wasi ${version}, Node ${process.versions.node}`,
  cpu: hostCpu,
  async load(source, { memory_bytes, wall_ms }) {
    let deadline = Infinity, alive = true;
    const late = () => Date.now() > deadline;
    const vm = await QuickJS.create({
      wasm, memoryLimit: memory_bytes, maxStackSize: 256 << 10, interruptHandler: late,
    });
    const drop = () => {
      if (alive) vm.dispose();
      alive = false;
    };
    const arm = () => { deadline = Date.now() + wall_ms; };
    try {
      const cap = vm.newFunction("cap", (n) => {
        const promise = vm.newPromise();
        const value = double(n.toNumber());
        queueMicrotask(() => alive && promise.resolve(vm.newNumber(value)));
        return promise.handle;
      });
      vm.setProp(vm.global, "cap", cap);
      arm();
      vm.evalCode(source).dispose();
      vm.evalCode(`globalThis.__main = (arg) => Promise.resolve(main(JSON.parse(arg), cap))
        .then((value) => { __done = JSON.stringify(value) ?? "null"; }, (error) => { __failed = String(error); });
        var __done, __failed;`).dispose();
    } catch (error) {
      drop();
      throw error;
    }
    const take = (name) => vm.global.getProp(name).consume((value) => value.isUndefined ? undefined : value.toString());
    return {
      async call(arg) {
        arm();
        const json = JSON.stringify(JSON.stringify(arg));
        vm.evalCode(`__done = __failed = undefined; void __main(${json})`).dispose();
        for (;;) {
          vm.executePendingJobs();
          const failed = take("__failed");
          if (failed !== undefined) throw new Error(failed);
          const done = take("__done");
          if (done !== undefined) return JSON.parse(done);
          if (late()) throw new Error("deadline");
          await null;
        }
      },
      drop,
    };
  },
});
