// As much of node:assert as the peer's tests use.

function fail(message, fallback) {
  if (message instanceof Error) throw message;
  throw new Error(message ?? fallback);
}

const shown = (value) => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
};

function isSame(actual, expected) {
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== 'object' || typeof expected !== 'object') return false;
  if (actual === null || expected === null) return false;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false;
  const keys = Object.keys(actual);
  if (keys.length !== Object.keys(expected).length) return false;
  return keys.every((key) => Object.hasOwn(expected, key) && isSame(actual[key], expected[key]));
}

function check(error, expected) {
  if (typeof expected === 'function') {
    if (expected.prototype instanceof Error || expected === Error) {
      if (!(error instanceof expected)) fail(undefined, `another class of error: ${error}`);
    } else if (expected(error) !== true) {
      fail(undefined, `the error does not satisfy the check: ${error}`);
    }
    return;
  }
  if (expected instanceof RegExp) return assert.match(String(error), expected);
  for (const key of Object.keys(expected ?? {})) {
    const [actual, wanted] = [error[key], expected[key]];
    if (wanted instanceof RegExp ? !wanted.test(actual) : !isSame(actual, wanted)) {
      fail(undefined, `the error's ${key} is ${shown(actual)}, expected ${shown(wanted)}`);
    }
  }
}

export default function assert(value, message) {
  if (!value) fail(message, `${shown(value)} is not true`);
}

Object.assign(assert, {
  ok: assert,
  equal: (a, b, message) => assert(a == b, message ?? `${shown(a)} != ${shown(b)}`),
  strictEqual: (a, b, message) => assert(Object.is(a, b), message ?? `${shown(a)} !== ${shown(b)}`),
  notStrictEqual: (a, b, message) => assert(!Object.is(a, b), message ?? `${shown(a)} is the same`),
  deepEqual: (a, b, message) => assert(isSame(a, b), message ?? `${shown(a)} is not ${shown(b)}`),
  deepStrictEqual: (a, b, message) => assert.deepEqual(a, b, message),
  match: (text, pattern, message) =>
    assert(pattern.test(text), message ?? `${shown(text)} does not match ${pattern}`),
  fail,
  throws(run, expected, message) {
    try {
      run();
    } catch (error) {
      return check(error, expected);
    }
    fail(message, 'nothing was thrown');
  },
  async rejects(run, expected, message) {
    try {
      await (typeof run === 'function' ? run() : run);
    } catch (error) {
      return check(error, expected);
    }
    fail(message, 'nothing was rejected');
  },
});
