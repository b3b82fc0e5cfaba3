// ends: any
// Answers at once, and leaves a loop behind.
function main() {
  Promise.resolve().then(() => { for (;;) {} });
  return "answered";
}
