// ends: error
// The loop is in a getter that the host reads.
function main() {
  return { get answer() { for (;;) {} } };
}
