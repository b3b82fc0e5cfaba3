// ends: error
function main() {
  while (true) {}
}
