// ends: error
function main() {
  return [3, 2, 1].sort(() => { for (;;) {} });
}
