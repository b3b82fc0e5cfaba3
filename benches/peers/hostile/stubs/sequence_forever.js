// ends: error
async function main(arg, cap) {
  for (let i = 0; ; i++) await cap(i);
}
