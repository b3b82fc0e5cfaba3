// A Deno worker without permissions: an isolate on a thread of its own.
import { sandbox } from "./messages.mjs";

const script = `
const pending = new Map();
let ids = 0;
globalThis.cap = (n) => new Promise((resolve) => {
  pending.set(++ids, resolve);
  postMessage({ cap: [ids, Number(n)] });
});
onmessage = async ({ data: { load, call, settle } }) => {
  try {
    if (settle) {
      pending.get(settle[0])(settle[1]);
      pending.delete(settle[0]);
    } else if (load !== undefined) {
      (0, eval)(load);
      postMessage({ value: null });
    } else {
      postMessage({ value: await main(call, cap) });
    }
  } catch (error) {
    postMessage({ error: String(error) });
  }
};`;
const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));

export const open = () => ({
  version: `Deno ${Deno.version.deno}`,
  load(source, limits) {
    return sandbox(({ hear, fail }) => {
      const worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
      worker.onmessage = ({ data }) => hear(data);
      worker.onerror = (event) => {
        event.preventDefault();
        fail(new Error(event.message));
      };
      return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
    }, source, limits);
  },
});
