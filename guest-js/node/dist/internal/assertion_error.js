(require, module, exports, native) => {

// src/internal/assertion_error.js
var { validateObject, validateOneOf } = require("node:internal/validators");
var { inspect } = require("node:internal/inspect");
var { linesOf } = require("node:internal/diff");
var HEADS = {
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
  notDeepEqualUnequal: "Expected values not to be loosely deep-equal:"
};
var MAX_SHORT = 12;
var MAX_LINES = 50;
var show = (value) => inspect(value, {
  compact: false,
  customInspect: false,
  depth: 1e3,
  maxArrayLength: Infinity,
  showHidden: false,
  showProxy: false,
  sorted: true,
  getters: true,
  breakLength: Infinity
});
var isSpecial = (value) => typeof value === "object" && value !== null || typeof value === "function";
var MAX_SAME = 5;
var joined = (lines) => {
  const shown = [];
  let skipped = false;
  let same = [];
  const flush = () => {
    const rest = same.slice(MAX_SAME);
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
var differenceOf = (actual, expected, operator, custom) => {
  let name = operator;
  let [first, second] = [show(actual), show(expected)];
  let head = custom;
  if (operator === "strictEqual" && (isSpecial(actual) && isSpecial(expected))) name = "strictEqualObject";
  head ??= HEADS[name];
  const [left, right] = [first.split("\n"), second.split("\n")];
  if (first === second && operator !== "deepEqual") {
    if (operator === "strictEqual" || operator === "strictEqualObject" || operator === "deepStrictEqual") {
      head = HEADS.notIdentical;
      const lines = left.length > MAX_LINES ? [...left.slice(0, MAX_LINES), "..."] : left;
      return `${head}

${lines.join("\n")}
`;
    }
  }
  if (left.length === 1 && right.length === 1 && first !== second) {
    const length = first.length + second.length;
    if (!isSpecial(actual) && !isSpecial(expected) && (actual !== 0 || expected !== 0) && length <= MAX_SHORT) {
      return `${head}

${first} !== ${second}
`;
    }
    if (operator !== "strictEqualObject" && length < 80 && !isSpecial(actual) && !isSpecial(expected)) {
      let at = 0;
      while (first[at] === second[at]) at++;
      if (at > 2) return `${head}
+ actual - expected

+ ${first}
- ${second}
  ${" ".repeat(at)}^
`;
    }
    return `${head}
+ actual - expected

+ ${first}
- ${second}
`;
  }
  const { text, skipped } = joined(linesOf(left, right));
  return `${head}
+ actual - expected${skipped ? "\n... Skipped lines" : ""}

${text}
`;
};
var messageOf = ({ actual, expected, operator }) => {
  if (operator === "deepStrictEqual" || operator === "strictEqual" || operator === "partialDeepStrictEqual") {
    return differenceOf(actual, expected, operator);
  }
  if (operator === "notDeepStrictEqual" || operator === "notStrictEqual") {
    let head = HEADS[operator];
    let lines = show(actual).split("\n");
    if (operator === "notStrictEqual" && isSpecial(actual)) head = HEADS.notStrictEqualObject;
    if (lines.length > MAX_LINES) lines = [...lines.slice(0, MAX_LINES - 4), "..."];
    return lines.length === 1 ? `${head}${lines[0].length > 5 ? "\n\n" : " "}${lines[0]}` : `${head}

${lines.join("\n")}
`;
  }
  let [first, second] = [show(actual), show(expected)];
  const known = HEADS[operator];
  if (operator === "notDeepEqual" && first === second) {
    first = `${known}

${first}`;
    return first.length > 1024 ? `${first.slice(0, 1021)}...` : first;
  }
  if (first.length > 512) first = `${first.slice(0, 509)}...`;
  if (second.length > 512) second = `${second.slice(0, 509)}...`;
  if (operator === "deepEqual") return `${known}

${first}

should loosely deep-equal

${second}`;
  if (operator === "notDeepEqual") return `${HEADS.notDeepEqualUnequal}

${first}

should not loosely deep-equal

${second}`;
  return `${first} ${operator} ${second}`;
};
var AssertionError = class extends Error {
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
    const stack = `${this.stack}`;
    const head = `AssertionError [ERR_ASSERTION]: ${this.message}`;
    if (!stack.startsWith(head)) {
      const frames = stack.slice(Math.max(stack.search(/^ +at /m), 0)).trimEnd();
      Object.defineProperty(this, "stack", { __proto__: null, value: `${head}
${frames}`, writable: true, enumerable: false, configurable: true });
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
      if (lines.length > 10) return `${lines.slice(0, 10).join("\n")}
...`;
      return value.length > 512 ? `${value.slice(0, 512)}...` : value;
    };
    this.actual = short(actual);
    this.expected = short(expected);
    const text = inspect(this, { ...context, customInspect: false, depth: 0 });
    this.actual = actual;
    this.expected = expected;
    return text;
  }
};
module.exports = { AssertionError };
}
