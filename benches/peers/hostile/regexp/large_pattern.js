// ends: any
function main() {
  return new RegExp("(?:a{0,1000}){0,1000}b".repeat(50)).test("a".repeat(5000));
}
