(native, internals) => {
  const { defineProperty, keys, setPrototypeOf } = Object;
  const { isArray } = Array;
  const { helpers } = internals;
  const { print } = native;
  const [DEBUG, INFO, LOG, WARN, ERROR] = [0, 1, 2, 3, 4];
  const MAX_GROUPS = 40;

  let groups = 0;
  const counts = { __proto__: null };
  const timers = { __proto__: null };

  const write = (level, data) => print(level, data, groups, helpers);
  const label = (value) => (value === undefined ? "default" : `${value}`);

  const elapsed = (name) => {
    const started = timers[name];
    if (started === undefined) {
      write(WARN, [`Timer '${name}' does not exist`]);
      return undefined;
    }
    return `${name}: ${native.now() - started}ms`;
  };

  const console = {
    log(...data) {
      write(LOG, data);
    },
    info(...data) {
      write(INFO, data);
    },
    debug(...data) {
      write(DEBUG, data);
    },
    warn(...data) {
      write(WARN, data);
    },
    error(...data) {
      write(ERROR, data);
    },
    trace(...data) {
      const stack = helpers.errorStack(new Error());
      native.trace(LOG, data, groups, helpers, typeof stack === "string" ? stack : "");
    },
    dir(value = undefined, options = undefined) {
      const depth = options?.depth;
      native.dir(LOG, value, depth === null ? Infinity : depth, groups, helpers);
    },
    dirxml(...data) {
      write(LOG, data);
    },
    assert(condition = false, ...data) {
      if (condition) return;
      if (typeof data[0] === "string") {
        data[0] = `Assertion failed: ${data[0]}`;
        write(ERROR, data);
      } else {
        write(ERROR, data.length === 0 ? ["Assertion failed"] : ["Assertion failed:", ...data]);
      }
    },
    // There is nothing to clear.
    clear() {},
    count(name = undefined) {
      const key = label(name);
      counts[key] = (counts[key] ?? 0) + 1;
      write(INFO, [`${key}: ${counts[key]}`]);
    },
    countReset(name = undefined) {
      const key = label(name);
      if (counts[key] === undefined) {
        write(WARN, [`Count for '${key}' does not exist`]);
      } else {
        delete counts[key];
      }
    },
    group(...data) {
      if (data.length > 0) write(LOG, data);
      if (groups < MAX_GROUPS) groups++;
    },
    groupCollapsed(...data) {
      console.group(...data);
    },
    groupEnd() {
      if (groups > 0) groups--;
    },
    table(data = undefined, columns = undefined) {
      const text = table(data, columns);
      write(LOG, [text ?? data]);
    },
    time(name = undefined) {
      const key = label(name);
      if (timers[key] === undefined) {
        timers[key] = native.now();
      } else {
        write(WARN, [`Timer '${key}' already exists`]);
      }
    },
    timeLog(name = undefined, ...data) {
      const text = elapsed(label(name));
      if (text !== undefined) write(LOG, [text, ...data]);
    },
    timeEnd(name = undefined) {
      const key = label(name);
      const text = elapsed(key);
      if (text !== undefined) {
        delete timers[key];
        write(INFO, [text]);
      }
    },
  };

  const table = (data, columns) => {
    if (data === null || typeof data !== "object") return undefined;
    const rows = native.table(data, columns === undefined ? undefined : [...columns], helpers);
    return rows ?? undefined;
  };

  // As the standard of the console says.
  setPrototypeOf(console, {});
  defineProperty(console, Symbol.toStringTag, { value: "console", configurable: true });
  internals.hidden("console", console);
}
