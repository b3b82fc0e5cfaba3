// ends: any
function main() {
  return eval("[".repeat(100000) + "]".repeat(100000));
}
