// Node's globals. Each is made when it is first read.
"use strict";

const { defineProperty } = Object;

const lazy = (name, make, enumerable = false) => {
  const set = (value) => defineProperty(globalThis, name, { value, writable: true, enumerable, configurable: true });
  defineProperty(globalThis, name, {
    configurable: true,
    enumerable,
    get() {
      const value = make();
      set(value);
      return value;
    },
    set,
  });
};

lazy("process", () => require("node:process"));
lazy("Buffer", () => require("node:buffer").Buffer);
defineProperty(globalThis, "global", { value: globalThis, writable: true, enumerable: true, configurable: true });
for (const name of ["setImmediate", "clearImmediate", "setTimeout", "setInterval", "clearTimeout", "clearInterval"]) {
  lazy(name, () => require("node:timers")[name], true);
}
