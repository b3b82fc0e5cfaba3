async function main(p, cap) {
  return { doubled: await cap(p.value) };
}
