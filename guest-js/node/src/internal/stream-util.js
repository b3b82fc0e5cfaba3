// The part of util that readable-stream uses.
"use strict";

const types = require("node:util/types");
const { addAbortListener } = require("node:events");
const { apply } = Reflect;

const promisify = (call) => new Promise((resolve, reject) => {
  call((error, ...values) => (error ? reject(error) : resolve(...values)));
});
promisify.custom = Symbol.for("nodejs.util.promisify.custom");

module.exports = {
  AggregateError,
  kEmptyObject: Object.freeze({ __proto__: null }),
  once(callback) {
    let called = false;
    return function (...args) {
      if (called) return;
      called = true;
      apply(callback, this, args);
    };
  },
  createDeferredPromise: () => Promise.withResolvers(),
  promisify,
  debuglog: () => () => {},
  format: (...args) => require("node:internal/inspect").format(...args),
  inspect: (...args) => require("node:internal/inspect").inspect(...args),
  types,
  isBlob: (value) => value instanceof Blob,
  deprecate: (...args) => require("node:util").deprecate(...args),
  addAbortListener,
  AbortSignalAny: AbortSignal.any,
};
