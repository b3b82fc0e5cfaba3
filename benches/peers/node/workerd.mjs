// workerd with its Worker Loader. The harness runs inside workerd, in the worker that loads the
// others, so that no request is part of a time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const require = createRequire(`${process.env.PEERS_NPM}/workerd/`);
const { version } = require("workerd/package.json");
const machine = process.arch === "x64" ? "64" : "arm64";
const binary = require.resolve(`@cloudflare/workerd-linux-${machine}/bin/workerd`);

export async function open() {
  const config = fileURLToPath(new URL("./workerd.capnp", import.meta.url));
  const child = spawn(binary, ["serve", "--experimental", "--control-fd=3", config], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  child.on("exit", () => process.exit(1));
  const [line] = await once(createInterface({ input: child.stdio[3] }), "line");
  // One connection for everything: what a worker holds belongs to the request that made it.
  const socket = new WebSocket(`ws://127.0.0.1:${JSON.parse(line).port}/`);
  await once(socket, "open");
  return {
    version: `workerd ${version}`,
    async answer(line) {
      socket.send(line);
      return (await once(socket, "message"))[0].data;
    },
  };
}
