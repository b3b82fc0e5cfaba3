// Deep equality, loose, strict and partial, for assert and util. What is nested deeper than
// MAX_DEPTH is refused as a stack that is too deep.
"use strict";

const types = require("node:util/types");
const { classOf } = native;
const { is, getPrototypeOf, hasOwn } = Object;
const { ownKeys, getOwnPropertyDescriptor } = Reflect;

const LOOSE = 0, STRICT = 1, PARTIAL = 2;
const MAX_DEPTH = 2000;

const enumerableKeys = (object, withSymbols) => {
  const keys = Object.keys(object);
  if (withSymbols) {
    for (const key of Object.getOwnPropertySymbols(object)) {
      if (getOwnPropertyDescriptor(object, key)?.enumerable) keys.push(key);
    }
  }
  return keys;
};

class Comparison {
  constructor(mode, skipsPrototypes = false) {
    this.mode = mode;
    this.skipsPrototypes = skipsPrototypes;
    this.pairs = new Map();
    this.depth = 0;
  }

  equal(a, b) {
    const { mode } = this;
    if (a === b) return mode === LOOSE || a !== 0 || is(a, b);
    if (mode !== LOOSE) {
      if (typeof a !== "object") return typeof a === "number" && Number.isNaN(a) && Number.isNaN(b);
      if (typeof b !== "object" || a === null || b === null) return false;
    } else {
      if (a === null || typeof a !== "object") {
        // eslint-disable-next-line eqeqeq
        return (b === null || typeof b !== "object") && (a == b || (a !== a && b !== b));
      }
      if (b === null || typeof b !== "object") return false;
    }
    if (mode === STRICT && !this.skipsPrototypes && getPrototypeOf(a) !== getPrototypeOf(b)) return false;
    return this.objects(a, b);
  }

  objects(a, b) {
    const { mode } = this;
    const kind = classOf(a);
    const other = classOf(b);
    if (types.isProxy(a) || types.isProxy(b)) {
      if (Array.isArray(a) !== Array.isArray(b)) return false;
    } else if (kind !== other) return false;
    if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
    if (Array.isArray(a)) {
      if (!Array.isArray(b)) return false;
      if (mode === PARTIAL) return this.seen(a, b, () => this.partialArray(a, b));
      if (a.length !== b.length) return false;
      const [first, second] = [this.extraKeys(a), this.extraKeys(b)];
      if (first.length !== second.length) return false;
      return this.seen(a, b, () => this.array(a, b) && this.properties(a, b, first));
    }
    if (kind === "Date") {
      const [first, second] = [Date.prototype.getTime.call(a), Date.prototype.getTime.call(b)];
      if (!(first === second || (first !== first && second !== second))) return false;
    } else if (kind === "RegExp") {
      if (a.source !== b.source || a.flags !== b.flags || a.lastIndex !== b.lastIndex) return false;
    } else if (a instanceof Error || kind === "Error") {
      if (!this.error(a, b)) return false;
    } else if (ArrayBuffer.isView(a)) {
      if (!this.view(a, b)) return false;
      const [first, second] = [this.extraKeys(a), this.extraKeys(b)];
      if (mode !== PARTIAL && first.length !== second.length) return false;
      return this.seen(a, b, () => this.properties(a, b, mode === PARTIAL ? second : first));
    } else if (kind === "Set") {
      if (mode === PARTIAL ? a.size < b.size : a.size !== b.size) return false;
      return this.seen(a, b, () => this.keysMatch(a, b) && this.set(a, b));
    } else if (kind === "Map") {
      if (mode === PARTIAL ? a.size < b.size : a.size !== b.size) return false;
      return this.seen(a, b, () => this.keysMatch(a, b) && this.map(a, b));
    } else if (kind === "ArrayBuffer" || kind === "SharedArrayBuffer") {
      if (!this.view(new Uint8Array(a), new Uint8Array(b))) return false;
    } else if (types.isBoxedPrimitive(a)) {
      const [first, second] = [a.valueOf(), b.valueOf()];
      if (!is(first, second)) return false;
      if (typeof first === "string") {
        const [x, y] = [this.extraKeys(a), this.extraKeys(b)];
        return x.length === y.length && this.seen(a, b, () => this.properties(a, b, x));
      }
    } else if (kind === "Promise" || kind === "WeakMap" || kind === "WeakSet" || kind === "WeakRef") {
      return false;
    } else if (a instanceof URL && b instanceof URL) {
      if (a.href !== b.href) return false;
    }
    return this.seen(a, b, () => this.keysMatch(a, b));
  }

  /** Compares what may contain itself: a pair that is being compared counts as equal. */
  seen(a, b, compare) {
    const partners = this.pairs.get(a);
    if (partners?.has(b)) return true;
    if (this.depth > MAX_DEPTH) throw new RangeError("Maximum call stack size exceeded");
    if (partners) partners.add(b);
    else this.pairs.set(a, new Set([b]));
    this.depth++;
    const result = compare();
    this.depth--;
    this.pairs.get(a)?.delete(b);
    return result;
  }

  error(a, b) {
    const { mode } = this;
    for (const name of ["message", "name"]) {
      if (mode === PARTIAL && !hasOwn(b, name) && b[name] === undefined) continue;
      if (a[name] !== b[name] && !(mode === PARTIAL && !(name in b))) return false;
    }
    for (const name of ["cause", "errors"]) {
      if (hasOwn(b, name) !== hasOwn(a, name)) {
        if (mode === PARTIAL && !hasOwn(b, name)) continue;
        return false;
      }
      if (hasOwn(a, name) && !this.equal(a[name], b[name])) return false;
    }
    return true;
  }

  view(a, b) {
    if (a.byteLength !== b.byteLength && this.mode !== PARTIAL) return false;
    if (this.mode === PARTIAL && a.byteLength < b.byteLength) return false;
    const float = types.isFloat32Array(a) || types.isFloat64Array(a) || types.isFloat16Array(a);
    if (this.mode === PARTIAL && a.length !== undefined) {
      let from = 0;
      for (let index = 0; index < b.length; index++) {
        while (from < a.length && !is(a[from], b[index])) from++;
        if (from++ === a.length) return false;
      }
      return true;
    }
    if (float) {
      for (let index = 0; index < a.length; index++) {
        if (this.mode === LOOSE ? a[index] !== b[index] && !(a[index] !== a[index] && b[index] !== b[index]) : !is(a[index], b[index])) return false;
      }
      return true;
    }
    const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return native.compare(bytes(a), bytes(b)) === 0;
  }

  extraKeys(object) {
    return enumerableKeys(object, this.mode !== LOOSE).filter((key) => typeof key === "symbol" || !/^(0|[1-9]\d*)$/.test(key));
  }

  array(a, b) {
    for (let index = 0; index < a.length; index++) {
      if (!hasOwn(a, index) || !hasOwn(b, index)) {
        if (hasOwn(a, index) !== hasOwn(b, index)) {
          if (this.mode !== LOOSE) return false;
          if (!this.equal(a[index], b[index])) return false;
        }
      } else if (!this.equal(a[index], b[index])) return false;
    }
    return true;
  }

  partialArray(a, b) {
    if (b.length > a.length) return false;
    let from = 0;
    for (let index = 0; index < b.length; index++) {
      while (from < a.length && !this.equal(a[from], b[index])) from++;
      if (from++ >= a.length) return false;
    }
    return this.properties(a, b, this.extraKeys(b));
  }

  keysMatch(a, b) {
    const { mode } = this;
    const [first, second] = [enumerableKeys(a, mode !== LOOSE), enumerableKeys(b, mode !== LOOSE)];
    if (mode !== PARTIAL && first.length !== second.length) return false;
    return this.properties(a, b, mode === PARTIAL ? second : first);
  }

  properties(a, b, keys) {
    for (const key of keys) {
      const holder = this.mode === PARTIAL ? a : b;
      if (!getOwnPropertyDescriptor(holder, key)?.enumerable) return false;
    }
    for (const key of keys) if (!this.equal(a[key], b[key])) return false;
    return true;
  }

  /** Finds and removes a member that is equal. */
  take(members, value) {
    for (const member of members) {
      if (this.equal(member, value)) {
        members.delete(member);
        return true;
      }
    }
    return false;
  }

  set(a, b) {
    const left = new Set();
    for (const value of a) if (!b.has(value) || typeof value === "object") left.add(value);
    const wanted = [];
    for (const value of b) {
      if (a.has(value) && (typeof value !== "object" || value === null)) {
        left.delete(value);
        continue;
      }
      if (left.delete(value)) continue;
      if (this.mode !== LOOSE && (typeof value !== "object" || value === null)) return false;
      wanted.push(value);
    }
    for (const value of wanted) if (!this.take(left, value)) return false;
    return this.mode === PARTIAL || left.size === 0;
  }

  map(a, b) {
    const left = new Set(a.keys());
    const wanted = [];
    for (const [key, value] of b) {
      if (left.has(key) && this.equal(a.get(key), value)) {
        left.delete(key);
        continue;
      }
      if (this.mode !== LOOSE && (typeof key !== "object" || key === null)) return false;
      wanted.push([key, value]);
    }
    for (const [key, value] of wanted) {
      let found = false;
      for (const candidate of left) {
        if (this.equal(candidate, key) && this.equal(a.get(candidate), value)) {
          left.delete(candidate);
          found = true;
          break;
        }
      }
      if (!found) return false;
    }
    return this.mode === PARTIAL || left.size === 0;
  }
}

module.exports = {
  isDeepEqual: (a, b) => new Comparison(LOOSE).equal(a, b),
  isDeepStrictEqual: (a, b, skipsPrototypes) => new Comparison(STRICT, skipsPrototypes).equal(a, b),
  isPartialStrictEqual: (a, b) => new Comparison(PARTIAL).equal(a, b),
};
