// ends: error
// Catches what running out throws, and goes on.
function main() {
  const all = [];
  for (;;) {
    try {
      all.push(new Array(100000).fill(all.length));
    } catch {}
  }
}
