// ends: error
function main() {
  return /^(.*)*\1*(.*)*\2*$/.test("x".repeat(60) + "\n\n");
}
