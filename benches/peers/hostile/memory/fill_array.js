// ends: error
function main() {
  return new Array(5e8).fill(1).length;
}
