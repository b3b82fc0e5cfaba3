// ends: error
// Catches the error that ends it, and goes on.
function main() {
  for (;;) {
    try {
      for (;;) {}
    } catch {}
  }
}
