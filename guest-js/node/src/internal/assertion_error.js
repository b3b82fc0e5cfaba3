// AssertionError and its messages.
"use strict";

const { validateObject, validateOneOf } = require("node:internal/validators");
const { inspect } = require("node:internal/inspect");
const { linesOf } = require("node:internal/diff");

const HEADS = {
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  partialDeepStrictEqual: "Expected values to be partially and strictly deep-equal:",
  strictEqual: "Expected values to be strictly equal:",
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: "Expected values to be loosely deep-equal:",
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: "Values identical but not reference-equal:",
  notDeepEqualUnequal: "Expected values not to be loosely deep-equal:",
};
const MAX_SHORT = 12;
const MAX_LINES = 50;

const show = (value) => inspect(value, {
  compact: false, customInspect: false, depth: 1000, maxArrayLength: Infinity, showHidden: false, showProxy: false,
  sorted: true, getters: true, breakLength: Infinity,
});
const isSpecial = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** The number of lines that are the same and are shown one after the other. */
const MAX_SAME = 5;

/** Joins the lines of a difference, without long parts that are the same. */
const joined = (lines) => {
  const shown = [];
  let skipped = false;
  let same = [];
  const flush = () => {
    const rest = same.slice(MAX_SAME);
    // Lines that take no more room than their omission are shown.
    if (rest.length > 2) {
      shown.push("...", `  ${rest[rest.length - 1]}`);
      skipped = true;
    } else for (const line of rest) shown.push(`  ${line}`);
    same = [];
  };
  for (const [operation, line] of lines) {
    if (operation === 0) {
      same.push(line);
      if (same.length <= MAX_SAME) shown.push(`  ${line}`);
      continue;
    }
    flush();
    shown.push(`${operation === 1 ? "+" : "-"} ${line}`);
  }
  return { text: shown.join("\n"), skipped };
};

const differenceOf = (actual, expected, operator, custom) => {
  let name = operator;
  let [first, second] = [show(actual), show(expected)];
  let head = custom;
  if (operator === "strictEqual" && ((isSpecial(actual) && isSpecial(expected)))) name = "strictEqualObject";
  head ??= HEADS[name];
  const [left, right] = [first.split("\n"), second.split("\n")];
  if (first === second && operator !== "deepEqual") {
    if (operator === "strictEqual" || operator === "strictEqualObject" || operator === "deepStrictEqual") {
      head = HEADS.notIdentical;
      const lines = left.length > MAX_LINES ? [...left.slice(0, MAX_LINES), "..."] : left;
      return `${head}\n\n${lines.join("\n")}\n`;
    }
  }
  if (left.length === 1 && right.length === 1 && first !== second) {
    const length = first.length + second.length;
    if (!isSpecial(actual) && !isSpecial(expected) && (actual !== 0 || expected !== 0) && length <= MAX_SHORT) {
      return `${head}\n\n${first} !== ${second}\n`;
    }
    if (operator !== "strictEqualObject" && length < 80 && !isSpecial(actual) && !isSpecial(expected)) {
      let at = 0;
      while (first[at] === second[at]) at++;
      if (at > 2) return `${head}\n+ actual - expected\n\n+ ${first}\n- ${second}\n  ${" ".repeat(at)}^\n`;
    }
    return `${head}\n+ actual - expected\n\n+ ${first}\n- ${second}\n`;
  }
  const { text, skipped } = joined(linesOf(left, right));
  return `${head}\n+ actual - expected${skipped ? "\n... Skipped lines" : ""}\n\n${text}\n`;
};

const messageOf = ({ actual, expected, operator }) => {
  if (operator === "deepStrictEqual" || operator === "strictEqual" || operator === "partialDeepStrictEqual") {
    return differenceOf(actual, expected, operator);
  }
  if (operator === "notDeepStrictEqual" || operator === "notStrictEqual") {
    let head = HEADS[operator];
    let lines = show(actual).split("\n");
    if (operator === "notStrictEqual" && isSpecial(actual)) head = HEADS.notStrictEqualObject;
    if (lines.length > MAX_LINES) lines = [...lines.slice(0, MAX_LINES - 4), "..."];
    return lines.length === 1 ? `${head}${lines[0].length > 5 ? "\n\n" : " "}${lines[0]}` : `${head}\n\n${lines.join("\n")}\n`;
  }
  let [first, second] = [show(actual), show(expected)];
  const known = HEADS[operator];
  if (operator === "notDeepEqual" && first === second) {
    first = `${known}\n\n${first}`;
    return first.length > 1024 ? `${first.slice(0, 1021)}...` : first;
  }
  if (first.length > 512) first = `${first.slice(0, 509)}...`;
  if (second.length > 512) second = `${second.slice(0, 509)}...`;
  if (operator === "deepEqual") return `${known}\n\n${first}\n\nshould loosely deep-equal\n\n${second}`;
  if (operator === "notDeepEqual") return `${HEADS.notDeepEqualUnequal}\n\n${first}\n\nshould not loosely deep-equal\n\n${second}`;
  return `${first} ${operator} ${second}`;
};

class AssertionError extends Error {
  constructor(options) {
    validateObject(options, "options");
    const { message, operator, actual, expected, diff = "simple", stackStartFn, stackStartFunction } = options;
    validateOneOf(diff, "diff", ["simple", "full"]);
    super(message != null ? `${message}` : messageOf({ actual, expected, operator }));
    this.generatedMessage = !message;
    Object.defineProperty(this, "name", { __proto__: null, value: "AssertionError [ERR_ASSERTION]", enumerable: false, writable: true, configurable: true });
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    this.diff = diff;
    if (Error.captureStackTrace) Error.captureStackTrace(this, stackStartFn ?? stackStartFunction);
    this.name = "AssertionError";
    // The engine's stacks may lack the line that names the error.
    const stack = `${this.stack}`;
    const head = `AssertionError [ERR_ASSERTION]: ${this.message}`;
    if (!stack.startsWith(head)) {
      const frames = stack.slice(Math.max(stack.search(/^ +at /m), 0)).trimEnd();
      Object.defineProperty(this, "stack", { __proto__: null, value: `${head}\n${frames}`, writable: true, enumerable: false, configurable: true });
    }
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }

  [inspect.custom](depth, context) {
    const { actual, expected } = this;
    const short = (value) => {
      if (typeof value !== "string") return value;
      const lines = value.split("\n", 11);
      if (lines.length > 10) return `${lines.slice(0, 10).join("\n")}\n...`;
      return value.length > 512 ? `${value.slice(0, 512)}...` : value;
    };
    this.actual = short(actual);
    this.expected = short(expected);
    const text = inspect(this, { ...context, customInspect: false, depth: 0 });
    this.actual = actual;
    this.expected = expected;
    return text;
  }
}

module.exports = { AssertionError };
