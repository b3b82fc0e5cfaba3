// secure-exec: an isolate in a process that all sandboxes share. It keeps no state between runs,
// so each call evaluates the source again.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { double } from "./harness.mjs";

const folder = `${process.env.PEERS_NPM}/secure-exec/node_modules/secure-exec`;
const { NodeExecutionDriver, NodeRuntime, createNodeDriver } =
  await import(pathToFileURL(`${folder}/dist/index.js`));
const { version } = createRequire(`${folder}/`)("./package.json");

export const open = () => ({
  version: `secure-exec ${version}, Node ${process.versions.node}`,
  load(source, { memory_bytes, wall_ms }) {
    const runtime = new NodeRuntime({
      systemDriver: createNodeDriver({}),
      runtimeDriverFactory: {
        createRuntimeDriver: (options) => new NodeExecutionDriver({ ...options, bindings: { double } }),
      },
      memoryLimit: memory_bytes >> 20,
      cpuTimeLimitMs: wall_ms,
    });
    return {
      async call(arg) {
        const call = `main(${JSON.stringify(arg)}, async (n) => SecureExec.bindings.double(n))`;
        // Its modules see names of CommonJS, which bundles look for.
        const names = "const module = undefined, exports = undefined;";
        const run = await runtime.run(`${names}${source}\nexport default await ${call};`, "/main.mjs");
        if (run.code !== 0) throw new Error(run.errorMessage);
        return run.exports?.default;
      },
      drop: () => runtime.dispose(),
    };
  },
});
