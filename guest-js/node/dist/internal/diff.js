(require, module, exports, native) => {

// src/internal/diff.js
var { codes: { ERR_INVALID_ARG_TYPE } } = require("node:internal/errors");
var MAX_EDITS = 1e3;
var linesOf = (actual, expected) => {
  const [n, m] = [actual.length, expected.length];
  const max = Math.min(n + m, MAX_EDITS);
  const frontier = new Int32Array(2 * max + 2);
  const trace = [];
  for (let edits = 0; edits <= max; edits++) {
    trace.push(frontier.slice(max - edits, max + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || k !== edits && frontier[max + k - 1] < frontier[max + k + 1];
      let x = down ? frontier[max + k + 1] : frontier[max + k - 1] + 1;
      let y = x - k;
      while (x < n && y < m && actual[x] === expected[y]) {
        x++;
        y++;
      }
      frontier[max + k] = x;
      if (x >= n && y >= m) return backtrack(trace, actual, expected);
    }
  }
  return [...expected.map((line) => [-1, line]), ...actual.map((line) => [1, line])];
};
var backtrack = (trace, actual, expected) => {
  const result = [];
  let [x, y] = [actual.length, expected.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const at = (k2) => trace[edits][k2 + edits] ?? 0;
    const k = x - y;
    const down = k === -edits || k !== edits && at(k - 1) < at(k + 1);
    const previousK = down ? k + 1 : k - 1;
    const previousX = edits === 0 ? 0 : at(previousK);
    const previousY = edits === 0 ? 0 : previousX - previousK;
    while (x > previousX && y > previousY) {
      result.push([0, actual[x - 1]]);
      x--;
      y--;
    }
    if (edits > 0) {
      if (x > previousX) result.push([1, actual[--x]]);
      else result.push([-1, expected[--y]]);
    }
  }
  return result.reverse();
};
var partsOf = (value, name) => {
  if (typeof value === "string") return [...value];
  if (!Array.isArray(value)) throw new ERR_INVALID_ARG_TYPE(name, ["Array", "string"], value);
  value.forEach((item, index) => {
    if (typeof item !== "string") throw new ERR_INVALID_ARG_TYPE(`${name}[${index}]`, "string", item);
  });
  return value;
};
var diff = (actual, expected) => {
  if (actual === expected) return [];
  return linesOf(partsOf(actual, "actual"), partsOf(expected, "expected"));
};
module.exports = { linesOf, diff };
}
