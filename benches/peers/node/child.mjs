// Serves one sandbox on the standard streams, as ../src/child.rs describes.
import { createInterface } from "node:readline";
import { runInThisContext } from "node:vm";

const pending = new Map();
let ids = 0;
const send = (value) => process.stdout.write(JSON.stringify(value) + "\n");

globalThis.cap = (n) => new Promise((resolve) => {
  pending.set(++ids, resolve);
  send({ cap: [ids, Number(n)] });
});

async function answer({ load, call }) {
  try {
    if (load !== undefined) {
      runInThisContext(load);
      send({ value: null });
    } else {
      send({ value: (await runInThisContext("main")(call, cap)) ?? null });
    }
  } catch (error) {
    send({ error: String(error) });
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.settle) {
    const [id, value] = message.settle;
    pending.get(id)(value);
    pending.delete(id);
  } else {
    answer(message);
  }
});
