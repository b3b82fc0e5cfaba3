// ends: error
// Memory that an engine may not count as its heap.
function main() {
  const all = [];
  for (;;) {
    const bytes = new Uint8Array(8 << 20);
    bytes.fill(1);
    all.push(bytes);
  }
}
