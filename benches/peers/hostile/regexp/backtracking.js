// ends: error
function main() {
  return /^(a+)+$/.test("a".repeat(40) + "!");
}
