// ends: any
// Throws where nobody waits for it.
function main() {
  Promise.resolve().then(() => { throw new Error("late"); });
  return "answered";
}
