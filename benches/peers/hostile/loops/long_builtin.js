// ends: any
// Few operations, each on numbers of 600,000 bits, inside of which an engine may look for no
// interrupt.
function main() {
  const long = 3n ** 400000n;
  let product = long;
  for (let i = 0; i < 40; i++) product = product * long % (long + 12345n);
  return String(product).length;
}
