// ends: any
function main() {
  return new Array(3000000).fill("xxxxxxxxxxxxxxxx");
}
