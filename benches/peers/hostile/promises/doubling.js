// ends: error
// Each job makes two.
function main() {
  const again = () => {
    Promise.resolve().then(again);
    Promise.resolve().then(again);
  };
  again();
  return new Promise(() => {});
}
