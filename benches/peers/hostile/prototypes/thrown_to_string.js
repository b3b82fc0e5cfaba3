// ends: error
// The text of what it throws is a loop.
function main() {
  throw { toString() { for (;;) {} }, get message() { for (;;) {} }, get stack() { for (;;) {} } };
}
