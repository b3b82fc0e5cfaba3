// ends: any
// The loop is in a method that an encoder may call, or may not look at.
function main() {
  return { toJSON() { for (;;) {} } };
}
