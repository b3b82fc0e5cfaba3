// ends: error
function main() {
  const bytes = new Uint8Array(1 << 30);
  for (let i = 0; i < bytes.length; i += 4096) bytes[i] = 1;
  return bytes.length;
}
