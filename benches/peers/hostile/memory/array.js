// ends: error
function main() {
  const all = [];
  for (;;) all.push({ n: all.length });
}
