// ends: error
// The loop is in a method that awaiting calls.
function main() {
  return { then() { for (;;) {} } };
}
