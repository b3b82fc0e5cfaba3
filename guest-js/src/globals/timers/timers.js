(native, internals) => {
  const { apply } = Reflect;
  const { setTimer, clearTimer } = native;
  const MAX_DELAY = 2147483647;

  const start = (name, callback, delay, args, repeats) => {
    if (typeof callback !== "function") {
      throw new TypeError(
        `Failed to execute '${name}': parameter 1 is not of type 'Function'.`,
      );
    }
    // NaN compares as false.
    const wanted = +delay;
    const shortest = repeats ? 1 : 0;
    const waits = wanted > shortest ? (wanted < MAX_DELAY ? wanted : MAX_DELAY) : shortest;
    const fire = args.length === 0 ? callback : () => apply(callback, globalThis, args);
    return setTimer(fire, waits, repeats);
  };

  const globals = {
    setTimeout(callback, delay = 0, ...args) {
      return start("setTimeout", callback, delay, args, false);
    },
    setInterval(callback, delay = 0, ...args) {
      return start("setInterval", callback, delay, args, true);
    },
    clearTimeout(id = 0) {
      clearTimer(+id);
    },
    clearInterval(id = 0) {
      clearTimer(+id);
    },
  };

  internals.setTimeout = globals.setTimeout;
  internals.clearTimeout = globals.clearTimeout;
  for (const name of ["setTimeout", "setInterval", "clearTimeout", "clearInterval"]) {
    internals.operation(name, globals[name]);
  }
}
