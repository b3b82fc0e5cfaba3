// ends: error
// Catches each overflow, and recurs again.
function main() {
  const deeper = () => {
    try {
      deeper();
    } catch {}
    deeper();
  };
  for (;;) deeper();
}
