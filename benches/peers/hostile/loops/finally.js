// ends: error
// Goes on in `finally`.
function main() {
  const on = () => {
    try {
      for (;;) {}
    } finally {
      on();
    }
  };
  on();
}
