// ends: any
function main() {
  const thing = { toString() { return `${this}`; } };
  return `${thing}`;
}
