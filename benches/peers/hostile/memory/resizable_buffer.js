// ends: error
function main() {
  const all = [];
  for (;;) {
    const buffer = new ArrayBuffer(1, { maxByteLength: 64 << 20 });
    buffer.resize(64 << 20);
    new Uint8Array(buffer).fill(1);
    all.push(buffer);
  }
}
