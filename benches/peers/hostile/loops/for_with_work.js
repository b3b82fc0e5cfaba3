// ends: error
function main() {
  let x = 0;
  for (;;) x = (x * 1103515245 + 12345) & 0x7fffffff;
}
