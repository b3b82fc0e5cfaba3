// ends: error
// A builtin that visits 2^32 holes.
function main() {
  const holes = [];
  holes.length = 2 ** 32 - 1;
  return holes.indexOf(1, 0) + holes.findLast((x) => x === 1);
}
