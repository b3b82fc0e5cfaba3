// ends: error
function main() {
  throw new Error("x".repeat(40 << 20));
}
