function main(p) {
  return { doubled: p.value * 2 };
}
