// ends: error
// Nothing can settle the answer.
function main() {
  return new Promise(() => {});
}
