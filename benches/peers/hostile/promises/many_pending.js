// ends: error
function main() {
  const all = [];
  for (;;) all.push(new Promise(() => {}).then(() => all));
}
