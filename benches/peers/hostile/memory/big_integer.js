// ends: error
function main() {
  let n = 3n;
  for (;;) n *= n;
}
