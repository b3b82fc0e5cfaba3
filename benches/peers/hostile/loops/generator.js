// ends: error
function main() {
  function* forever() {
    for (;;) yield 1;
  }
  let sum = 0;
  for (const one of forever()) sum += one;
  return sum;
}
