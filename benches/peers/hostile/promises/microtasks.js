// ends: error
// Each job is short, and makes the next one.
function main() {
  const again = () => Promise.resolve().then(again);
  again();
  return new Promise(() => {});
}
