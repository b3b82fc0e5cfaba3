// ends: error
function main() {
  const all = [];
  for (;;) all.push(new Float64Array(64));
}
