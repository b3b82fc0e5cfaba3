// ends: error
function main() {
  return /^(a|aa|aaa)*$/.test("a".repeat(120) + "b");
}
