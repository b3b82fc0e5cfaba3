// ends: error
async function main(arg, cap) {
  for (let i = 0; ; i++) cap(i);
}
