// The functions of the engine that the package of `util.inspect` uses.
"use strict";

const { proxyParts, promiseParts } = native;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;

const ALL_PROPERTIES = 0;
const ONLY_ENUMERABLE = 2;

const isIndex = (key) => typeof key === "string" && /^(0|[1-9][0-9]{0,9})$/.test(key) && +key < 4294967295;

module.exports = {
  constants: { kPending: 0, kFulfilled: 1, kRejected: 2, ALL_PROPERTIES, ONLY_ENUMERABLE },
  getOwnNonIndexProperties(object, filter = ONLY_ENUMERABLE) {
    const keys = [];
    for (const key of ownKeys(object)) {
      if (isIndex(key)) continue;
      if (filter === ONLY_ENUMERABLE && !getOwnPropertyDescriptor(object, key)?.enumerable) continue;
      keys.push(key);
    }
    return keys;
  },
  getPromiseDetails: (promise) => promiseParts(promise),
  getProxyDetails(value, both = true) {
    const parts = proxyParts(value) ?? undefined;
    return both || parts === undefined ? parts : parts[0];
  },
  Proxy,
  previewEntries(object, isIterator) {
    return isIterator ? [[], false] : [];
  },
  getConstructorName(object) {
    while (object !== null) {
      const descriptor = getOwnPropertyDescriptor(object, "constructor");
      if (typeof descriptor?.value === "function" && descriptor.value.name !== "") return descriptor.value.name;
      object = getPrototypeOf(object);
    }
    return "";
  },
  getExternalValue: () => 0n,
};
