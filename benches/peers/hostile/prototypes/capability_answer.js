// ends: held
// Reaches for the host's `Function` through the promise that it was given.
function main(arg, cap) {
  const answer = cap(1);
  const outer = answer.constructor.constructor;
  const read = "return process.getBuiltinModule('fs').readFileSync('/etc/passwd', 'utf8')";
  let text = "";
  try {
    text = String(outer(read)());
  } catch {}
  return text.includes("root") ? "reached a file of the host" : "held";
}
