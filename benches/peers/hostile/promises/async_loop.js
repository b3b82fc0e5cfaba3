// ends: error
async function main() {
  for (;;) await null;
}
