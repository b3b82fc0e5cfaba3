// ends: any
// Small in the sandbox, and 2^30 objects to an encoder that copies.
function main() {
  let value = ["x"];
  for (let i = 0; i < 30; i++) value = [value, value];
  return value;
}
