// ends: error
// The loop begins in the answer of the host.
async function main(arg, cap) {
  await cap(1);
  for (;;) {}
}
