// assert.
"use strict";

const { codes } = require("node:internal/errors");
const { validateFunction, validateOneOf } = require("node:internal/validators");
const { isDeepEqual, isDeepStrictEqual, isPartialStrictEqual } = require("node:internal/comparisons");
const { AssertionError } = require("node:internal/assertion_error");
const { inspect } = require("node:internal/inspect");
const { isPromise, isRegExp } = require("node:util/types");
const { ERR_AMBIGUOUS_ARGUMENT, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_RETURN_VALUE, ERR_MISSING_ARGS } = codes;

const { apply } = Reflect;
const NONE = Symbol("none");
const kDiff = Symbol("diff");

const innerFail = (options) => {
  const { message } = options;
  if (message instanceof Error) throw message;
  if (typeof message === "function") options.message = message(options.actual, options.expected);
  throw new AssertionError(options);
};

const innerOk = (fn, count, value, message) => {
  if (value) return;
  let generated = false;
  if (count === 0) {
    generated = true;
    message = "No value argument passed to `assert.ok()`";
  } else if (message == null) {
    generated = true;
    message = "The expression evaluated to a falsy value:\n\n  assert.ok(" + inspect(value) + ")\n";
    if (fn === assert) message = message.replace("assert.ok(", "assert(");
  } else if (message instanceof Error) throw message;
  const error = new AssertionError({ actual: value, expected: true, message, operator: "==", stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
};

function assert(...args) {
  innerOk(assert, args.length, ...args);
}
const needTwo = (count) => {
  if (count < 2) throw new ERR_MISSING_ARGS("actual", "expected");
};

/** Makes an assertion of two values. */
const comparing = (operator, holds) => {
  const check = ({
    [operator](actual, expected, message) {
      needTwo(arguments.length);
      if (!holds(actual, expected)) {
        innerFail({ actual, expected, message, diff: this?.[kDiff], operator: SIGNS[operator] ?? operator, stackStartFn: check });
      }
    },
  })[operator];
  return check;
};
const SIGNS = { equal: "==", notEqual: "!=" };

const methods = {
  fail(message) {
    if (message instanceof Error) throw message;
    const generated = message === undefined;
    const error = new AssertionError({ message: generated ? "Failed" : message, operator: "fail", stackStartFn: methods.fail });
    error.generatedMessage = generated;
    throw error;
  },
  AssertionError,
  ok(...args) {
    innerOk(methods.ok, args.length, ...args);
  },
  // eslint-disable-next-line eqeqeq
  equal: comparing("equal", (a, b) => a == b || (a !== a && b !== b)),
  // eslint-disable-next-line eqeqeq
  notEqual: comparing("notEqual", (a, b) => a != b && !(a !== a && b !== b)),
  deepEqual: comparing("deepEqual", isDeepEqual),
  notDeepEqual: comparing("notDeepEqual", (a, b) => !isDeepEqual(a, b)),
  deepStrictEqual: comparing("deepStrictEqual", isDeepStrictEqual),
  notDeepStrictEqual: comparing("notDeepStrictEqual", (a, b) => !isDeepStrictEqual(a, b)),
  partialDeepStrictEqual: comparing("partialDeepStrictEqual", isPartialStrictEqual),
  strictEqual: comparing("strictEqual", Object.is),
  notStrictEqual: comparing("notStrictEqual", (a, b) => !Object.is(a, b)),
  throws(fn, ...args) {
    expectsError(methods.throws, getActual(fn), ...args);
  },
  async rejects(promiseFn, ...args) {
    expectsError(methods.rejects, await waitForActual(promiseFn), ...args);
  },
  doesNotThrow(fn, ...args) {
    expectsNoError(methods.doesNotThrow, getActual(fn), ...args);
  },
  async doesNotReject(fn, ...args) {
    expectsNoError(methods.doesNotReject, await waitForActual(fn), ...args);
  },
  ifError(error) {
    if (error === null || error === undefined) return;
    let message = "ifError got unwanted exception: ";
    if (typeof error === "object" && typeof error.message === "string") {
      message += error.message.length === 0 && error.constructor ? error.constructor.name : error.message;
    } else message += inspect(error);
    const failure = new AssertionError({ actual: error, expected: null, operator: "ifError", message, stackStartFn: methods.ifError });
    failure.generatedMessage = true;
    throw failure;
  },
  match(string, regexp, message) {
    matching(string, regexp, message, methods.match, true);
  },
  doesNotMatch(string, regexp, message) {
    matching(string, regexp, message, methods.doesNotMatch, false);
  },
};

const matching = (string, regexp, message, fn, wanted) => {
  if (!isRegExp(regexp)) throw new ERR_INVALID_ARG_TYPE("regexp", "RegExp", regexp);
  if (typeof string === "string" && (RegExp.prototype.exec.call(regexp, string) !== null) === wanted) return;
  if (message instanceof Error) throw message;
  const generated = !message;
  message ||= typeof string !== "string"
    ? `The "string" argument must be of type string. Received type ${typeof string} (${inspect(string)})`
    : `${wanted ? "The input did not match the regular expression " : "The input was expected to not match the regular expression "}${inspect(regexp)}. Input:\n\n${inspect(string)}\n`;
  const error = new AssertionError({ actual: string, expected: regexp, message, operator: wanted ? "match" : "doesNotMatch", stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
};

const getActual = (fn) => {
  validateFunction(fn, "fn");
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NONE;
};
const isThenable = (value) =>
  isPromise(value) ||
  (value !== null && typeof value === "object" && typeof value.then === "function" && typeof value.catch === "function");
const waitForActual = async (promiseFn) => {
  let promise = promiseFn;
  if (typeof promiseFn === "function") {
    promise = promiseFn();
    if (!isThenable(promise)) throw new ERR_INVALID_RETURN_VALUE("instance of Promise", "promiseFn", promise);
  } else if (!isThenable(promise)) {
    throw new ERR_INVALID_ARG_TYPE("promiseFn", ["Function", "Promise"], promiseFn);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NONE;
};

const expectsError = (fn, actual, ...args) => {
  let [error, message] = args;
  if (typeof error === "string") {
    if (args.length === 2) throw new ERR_INVALID_ARG_TYPE("error", ["Object", "Error", "Function", "RegExp"], error);
    if (typeof actual === "object" && actual !== null) {
      if (actual.message === error) {
        throw new ERR_AMBIGUOUS_ARGUMENT("error/message", `The error message "${actual.message}" is identical to the message.`);
      }
      if (Object.keys(error).length === 0) {
        throw new ERR_AMBIGUOUS_ARGUMENT("error/message", `The error "${actual}" is identical to the message.`);
      }
    } else if (actual === error) {
      throw new ERR_AMBIGUOUS_ARGUMENT("error/message", `The error "${actual}" is identical to the message.`);
    }
    message = error;
    error = undefined;
  } else if (error != null && typeof error !== "object" && typeof error !== "function") {
    throw new ERR_INVALID_ARG_TYPE("error", ["Object", "Error", "Function", "RegExp"], error);
  }
  if (actual === NONE) {
    let details = "";
    if (error?.name) details += ` (${error.name})`;
    details += message ? `: ${message}` : ".";
    const kind = fn === methods.rejects ? "rejection" : "exception";
    innerFail({ actual: undefined, expected: error, operator: fn.name, message: `Missing expected ${kind}${details}`, stackStartFn: fn });
  }
  if (error) expected(actual, error, message, fn);
};

const expectsNoError = (fn, actual, error, message) => {
  if (actual === NONE) return;
  if (typeof error === "string") {
    message = error;
    error = undefined;
  }
  if (!error || hasMatching(actual, error)) {
    const details = message ? `: ${message}` : ".";
    const kind = fn === methods.doesNotReject ? "rejection" : "exception";
    innerFail({
      actual, expected: error, operator: fn.name, stackStartFn: fn,
      message: `Got unwanted ${kind}${details}\nActual message: "${actual?.message}"`,
    });
  }
  throw actual;
};
const hasMatching = (actual, wanted) => {
  if (typeof wanted !== "function") {
    if (isRegExp(wanted)) return RegExp.prototype.exec.call(wanted, String(actual)) !== null;
    throw new ERR_INVALID_ARG_TYPE("expected", ["Function", "RegExp"], wanted);
  }
  if (wanted.prototype !== undefined && actual instanceof wanted) return true;
  if (Object.prototype.isPrototypeOf.call(Error, wanted)) return false;
  return apply(wanted, {}, [actual]) === true;
};

class Comparison {
  constructor(object, keys, actual) {
    for (const key of keys) {
      if (!(key in object)) continue;
      if (actual !== undefined && typeof actual[key] === "string" && isRegExp(object[key]) && object[key].test(actual[key])) {
        this[key] = actual[key];
      } else this[key] = object[key];
    }
  }
}

const expected = (actual, wanted, message, fn) => {
  let generated = false;
  let failed = false;
  if (typeof wanted !== "function") {
    if (isRegExp(wanted)) {
      const text = String(actual);
      if (RegExp.prototype.exec.call(wanted, text) !== null) return;
      if (!message) {
        generated = true;
        message = `The input did not match the regular expression ${inspect(wanted)}. Input:\n\n${inspect(text)}\n`;
      }
      failed = true;
    } else if (typeof actual !== "object" || actual === null) {
      const error = new AssertionError({ actual, expected: wanted, message, operator: "deepStrictEqual", stackStartFn: fn });
      error.operator = fn.name;
      throw error;
    } else {
      const keys = Object.keys(wanted);
      if (wanted instanceof Error) keys.push("name", "message");
      else if (keys.length === 0) throw new ERR_INVALID_ARG_VALUE("error", wanted, "may not be an empty object");
      for (const key of keys) {
        if (typeof actual[key] === "string" && isRegExp(wanted[key]) && RegExp.prototype.exec.call(wanted[key], actual[key]) !== null) continue;
        if (!(key in actual) || !isDeepStrictEqual(actual[key], wanted[key])) {
          if (!message) {
            const [a, b] = [new Comparison(actual, keys), new Comparison(wanted, keys, actual)];
            const error = new AssertionError({ actual: a, expected: b, operator: "deepStrictEqual", stackStartFn: fn });
            error.actual = actual;
            error.expected = wanted;
            error.operator = fn.name;
            throw error;
          }
          innerFail({ actual, expected: wanted, message, operator: fn.name, stackStartFn: fn });
        }
      }
      return;
    }
  } else if (wanted.prototype !== undefined && actual instanceof wanted) {
    return;
  } else if (Object.prototype.isPrototypeOf.call(Error, wanted)) {
    if (!message) {
      generated = true;
      message = `The error is expected to be an instance of "${wanted.name}". Received `;
      message += actual instanceof Error ? `"${actual.name}"` : `"${inspect(actual, { depth: -1 })}"`;
      if (actual instanceof Error) message += `\n\nError message:\n\n${actual.message}`;
    }
    failed = true;
  } else {
    const result = apply(wanted, {}, [actual]);
    if (result !== true) {
      if (!message) {
        generated = true;
        const name = wanted.name ? `"${wanted.name}" ` : "";
        message = `The ${name}validation function is expected to return "true". Received ${inspect(result)}`;
        if (actual instanceof Error) message += `\n\nCaught error:\n\n${actual}`;
      }
      failed = true;
    }
  }
  if (!failed) return;
  if (message instanceof Error) throw message;
  const error = new AssertionError({ actual, expected: wanted, message, operator: fn.name, stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
};

Object.assign(assert, methods);

function strict(...args) {
  innerOk(strict, args.length, ...args);
}
assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

function Assert(options) {
  if (!new.target) throw new codes.ERR_CONSTRUCT_CALL_REQUIRED("Assert");
  const { diff = "simple", strict: isStrict = true } = options ?? {};
  validateOneOf(diff, "options.diff", ["simple", "full"]);
  Object.defineProperty(this, kDiff, { value: diff });
  Object.assign(this, isStrict ? assert.strict : assert);
  delete this.Assert;
  delete this.strict;
}
assert.Assert = assert.strict.Assert = Assert;

/** Counts calls, as `assert.CallTracker` of Node does, which is deprecated. */
class CallTracker {
  #checks = new Set();
  #tracked = new WeakMap();

  #contextOf(tracked) {
    const context = this.#tracked.get(tracked);
    if (context === undefined) throw new ERR_INVALID_ARG_VALUE("tracked", tracked, "is not a tracked function");
    return context;
  }

  reset(tracked) {
    if (tracked === undefined) {
      for (const context of this.#checks) context.calls = [];
      return;
    }
    this.#contextOf(tracked).calls = [];
  }

  getCalls(tracked) {
    return Object.freeze(this.#contextOf(tracked).calls.map((call) => Object.freeze({ thisArg: call.thisArg, arguments: Object.freeze(call.arguments.slice()) })));
  }

  calls(fn, expectedCalls = 1) {
    if (require("node:process")._exiting) throw new codes.ERR_UNAVAILABLE_DURING_EXIT();
    if (typeof fn === "number") [expectedCalls, fn] = [fn, () => {}];
    else if (fn === undefined) fn = () => {};
    require("node:internal/validators").validateUint32(expectedCalls, "expected", true);
    const context = { expected: expectedCalls, calls: [], name: fn.name || "calls", stack: new Error() };
    this.#checks.add(context);
    const tracked = new Proxy(fn, {
      __proto__: null,
      apply(target, thisArg, args) {
        context.calls.push({ thisArg, arguments: args });
        return apply(target, thisArg, args);
      },
    });
    this.#tracked.set(tracked, context);
    return tracked;
  }

  report() {
    const errors = [];
    for (const { expected: wanted, calls, name, stack } of this.#checks) {
      if (calls.length === wanted) continue;
      errors.push({
        message: `Expected the ${name} function to be executed ${wanted} time(s) but was executed ${calls.length} time(s).`,
        actual: calls.length, expected: wanted, operator: name, stack,
      });
    }
    return errors;
  }

  verify() {
    const errors = this.report();
    if (errors.length === 0) return;
    const message = errors.length === 1 ? errors[0].message : "Functions were not called the expected number of times";
    throw new AssertionError({ message, details: errors });
  }
}
assert.CallTracker = assert.strict.CallTracker = CallTracker;

module.exports = assert;
