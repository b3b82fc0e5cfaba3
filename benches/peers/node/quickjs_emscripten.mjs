// quickjs-emscripten: a Wasm instance of its own for each sandbox, or one for all of them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { double, hostCpu } from "./harness.mjs";

const require = createRequire(`${process.env.PEERS_NPM}/quickjs-emscripten/`);
const { RELEASE_SYNC, newQuickJSWASMModule, newVariant, shouldInterruptAfterDeadline } =
  require("quickjs-emscripten");
const { version } = require("quickjs-emscripten/package.json");

// The package's loader would compile the module for each instance.
const wasm = createRequire(require.resolve("quickjs-emscripten"))
  .resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
const variant = newVariant(RELEASE_SYNC, { wasmModule: WebAssembly.compile(readFileSync(wasm)) });

export async function open(shared) {
  const one = shared && await newQuickJSWASMModule(variant);
  return {
    version: `quickjs-emscripten ${version}, Node ${process.versions.node}`,
    cpu: hostCpu,
    async load(source, { memory_bytes, wall_ms }) {
      const module = one || await newQuickJSWASMModule(variant);
      const runtime = module.newRuntime();
      runtime.setMemoryLimit(memory_bytes);
      runtime.setMaxStackSize(256 << 10);
      const context = runtime.newContext();
      let deadline;
      const arm = () => {
        deadline = Date.now() + wall_ms;
        runtime.setInterruptHandler(shouldInterruptAfterDeadline(deadline));
      };
      // Jobs may each be short, so that the interrupt handler is never asked.
      const jobs = () => {
        while (runtime.hasPendingJob()) {
          if (Date.now() > deadline) throw new Error("deadline");
          const { error } = runtime.executePendingJobs(100);
          if (error) throw failure(error);
        }
      };
      const failure = (handle) => new Error(JSON.stringify(handle.consume(context.dump)));
      const evaluate = (code) => {
        const result = context.evalCode(code);
        if (result.error) throw failure(result.error);
        return result.value;
      };
      const cap = context.newFunction("cap", (n) => {
        const promise = context.newPromise();
        const value = double(context.getNumber(n));
        queueMicrotask(() => {
          if (!context.alive) return;
          context.newNumber(value).consume((value) => promise.resolve(value));
          promise.dispose();
        });
        return promise.handle;
      });
      cap.consume((cap) => context.setProp(context.global, "cap", cap));
      const drop = () => {
        if (!context.alive) return;
        context.dispose();
        runtime.dispose();
      };
      arm();
      try {
        evaluate(source).dispose();
      } catch (error) {
        drop();
        throw error;
      }
      return {
        async call(arg) {
          arm();
          const json = JSON.stringify(JSON.stringify(arg));
          const promise = evaluate(
            `Promise.resolve(main(JSON.parse(${json}), cap)).then((value) => JSON.stringify(value))`,
          );
          try {
            for (;;) {
              jobs();
              const state = context.getPromiseState(promise);
              if (state.type === "fulfilled") {
                const text = state.value.consume(context.getString);
                return text === "undefined" ? null : JSON.parse(text);
              }
              if (state.type === "rejected") throw failure(state.error);
              if (Date.now() > deadline) throw new Error("deadline");
              await null;
              if (!runtime.hasPendingJob()) await new Promise((resolve) => setImmediate(resolve));
            }
          } finally {
            promise.dispose();
          }
        },
        drop,
      };
    },
  };
}
