// Answers the driver's requests for a backend that is driven from JavaScript: what
// ../src/host/mod.rs does in Rust. A backend is an object with `version`, `load(source, limits)`
// and perhaps `clock_ms`, if its clock is coarse, and `cpu()`, the CPU time of all sandboxes. A
// sandbox has `call(arg)`, `drop()` and perhaps `meter()`.

/// How often a neighbour is called, in milliseconds.
const BEAT = 10;

export const double = (n) => n * 2;

/// The CPU time of the whole host process, which is what a host can say of a sandbox that runs on
/// its own thread.
export function hostCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/// Ends what has no deadline of its own: `kill` is called when the time is up.
export function withDeadline(ms, kill, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      kill();
      reject(new Error(`killed after ${ms} ms`));
    }, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export function harness(backend) {
  let names = 0, live = [], neighbour;

  const fresh = (program) => `${program.source}\n// ${++names}\n`;

  async function once(program, limits, source = fresh(program)) {
    const sandbox = await backend.load(source, limits);
    check(program, await sandbox.call(program.arg));
    return sandbox;
  }

  /// Times `step` again and again. With a coarse clock a sample is the mean of many steps.
  async function time({ budget_ms, count }, step) {
    const coarse = (backend.clock_ms ?? 0) * 20;
    const times = [];
    let operations = 0;
    const until = performance.now() + budget_ms;
    while (operations < count && (operations === 0 || performance.now() < until)) {
      const began = performance.now();
      let steps = 0, took;
      do {
        await step();
        steps++;
        took = performance.now() - began;
      } while (took < coarse);
      operations += steps;
      times.push(took * 1e6 / steps);
    }
    return { times, operations };
  }

  const answers = {
    async cold({ program, limits, ...bounds }) {
      (await once(program, limits)).drop();
      return time(bounds, async () => {
        const sandbox = await backend.load(fresh(program), limits);
        const answer = await sandbox.call(program.arg);
        await sandbox.drop();
        check(program, answer);
      });
    },
    async warm({ program, limits, ...bounds }) {
      const sandbox = await once(program, limits);
      const timed = await time(bounds, async () => check(program, await sandbox.call(program.arg)));
      sandbox.drop();
      return timed;
    },
    async fill({ program, limits, count }) {
      let error;
      try {
        while (live.length < count) live.push(await once(program, limits));
      } catch (why) {
        error = String(why);
      }
      return { live: live.length, error };
    },
    async neighbour({ program, limits }) {
      neighbour = { program, limits, sandbox: await once(program, limits) };
      return {};
    },
    async hostile({ program, limits }) {
      const { sandbox, ...work } = neighbour;
      const right = async () => {
        try {
          check(work.program, await sandbox.call(work.program.arg));
          return true;
        } catch {
          return false;
        }
      };
      let running = true, allRight = true;
      const late = [];
      const began = performance.now();
      const beats = (async () => {
        for (let due = began + BEAT; ; due = Math.max(due + BEAT, performance.now())) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
          if (!running && performance.now() < due + BEAT) break;
          allRight = await right() && allRight;
          late.push(performance.now() - due);
          if (!running) break;
        }
      })();
      const hostile = { value: null, error: null };
      try {
        const enemy = await backend.load(fresh(program), limits);
        try {
          hostile.value = shortened(await enemy.call(program.arg));
        } finally {
          await enemy.drop();
        }
      } catch (error) {
        hostile.error = text(error);
      }
      hostile.ns = (performance.now() - began) * 1e6;
      running = false;
      await beats;
      allRight = await right() && allRight;
      try {
        (await once(work.program, work.limits)).drop();
      } catch {
        allRight = false;
      }
      // What a host that was tampered with would not notice otherwise.
      if (({}).tampered !== undefined || globalThis.tampered !== undefined) allRight = false;
      late.sort((left, right) => left - right);
      Object.assign(hostile, {
        neighbour_calls: late.length,
        neighbour_median_ns: (late[late.length >> 1] ?? 0) * 1e6,
        neighbour_worst_ns: (late.at(-1) ?? 0) * 1e6,
        neighbour_right: allRight,
      });
      return { hostile };
    },
    async meter({ program, limits }) {
      const before = backend.cpu?.();
      const sandbox = await once(program, limits, program.source + "\n");
      if (backend.cpu) return { meter: { unit: "ns", value: backend.cpu() - before } };
      return { meter: sandbox.meter ? await sandbox.meter() : null };
    },
  };

  return async (line) => {
    const { op, ...request } = JSON.parse(line);
    try {
      return JSON.stringify(await answers[op](request));
    } catch (error) {
      return JSON.stringify({ error: text(error) });
    }
  };
}

function check(program, answer) {
  if (!same(program.answer, answer)) throw new Error(`the answer is ${JSON.stringify(answer)?.slice(0, 100)}`);
}

/// Compares data as JSON has it, in any order of keys.
function same(left, right) {
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) {
    return left === right;
  }
  const keys = Object.keys(left);
  return Array.isArray(left) === Array.isArray(right) && keys.length === Object.keys(right).length
    && keys.every((key) => same(left[key], right[key]));
}

/// Says what a hostile program returned without walking through it: it may be a graph that is
/// small, and endless as a tree.
function shortened(value) {
  if (typeof value === "string") {
    return value.length <= 200 ? value : `a string of ${value.length}`;
  }
  return typeof value === "object" && value !== null ? "an object" : value ?? null;
}

/// An error may be anything that a hostile program has made.
function text(error) {
  try {
    return String(error).slice(0, 200);
  } catch {
    return "an error that is no text";
  }
}
