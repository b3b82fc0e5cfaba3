// ends: error
// The loop is in a method that an encoder may call.
function main() {
  return { toJSON() { for (;;) {} } };
}
