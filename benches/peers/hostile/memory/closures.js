// ends: error
function main() {
  let last = null;
  for (;;) {
    const before = last;
    last = () => before;
  }
}
