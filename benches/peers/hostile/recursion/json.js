// ends: any
function main() {
  let value = [];
  for (let i = 0; i < 200000; i++) value = [value];
  return JSON.stringify(value).length;
}
