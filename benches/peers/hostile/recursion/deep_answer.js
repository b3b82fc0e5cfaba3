// ends: any
// The answer is so deep that an encoder or its reader may overflow.
function main() {
  let value = null;
  for (let i = 0; i < 200000; i++) value = { value };
  return value;
}
