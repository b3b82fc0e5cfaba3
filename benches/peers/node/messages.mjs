// A sandbox that is a worker, whoever made it: asks it by messages, and serves its calls.
import { double, withDeadline } from "./harness.mjs";

/// `worker` has `post(message)`, `end()` and perhaps `meter()`, and calls `hear(message)` and `fail(error)`, which it
/// is given.
export async function sandbox(start, source, { wall_ms }) {
  let asked;
  const worker = await start({
    hear({ cap, error, value }) {
      if (cap) worker.post({ settle: [cap[0], double(cap[1])] });
      else if (error !== undefined) asked?.reject(new Error(error));
      else asked?.resolve(value);
    },
    fail: (error) => asked?.reject(error),
  });
  const ask = (message) => withDeadline(wall_ms, worker.end, new Promise((resolve, reject) => {
    asked = { resolve, reject };
    worker.post(message);
  }));
  try {
    await ask({ load: source });
  } catch (error) {
    worker.end();
    throw error;
  }
  return { call: (arg) => ask({ call: arg }), drop: worker.end, meter: worker.meter };
}
