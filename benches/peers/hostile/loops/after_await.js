// ends: error
// The loop begins after the call has given up the stack once.
async function main() {
  await null;
  for (;;) {}
}
