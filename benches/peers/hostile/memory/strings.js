// ends: error
function main() {
  let text = "x".repeat(1000);
  const all = [];
  for (;;) {
    all.push(text + all.length);
  }
}
