// ends: any
function main() {
  return "x".repeat(48 << 20);
}
