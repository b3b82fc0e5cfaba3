// ends: any
// Calls the host without waiting for an answer.
async function main(arg, cap) {
  for (let i = 0; i < 300000; i++) cap(i);
  return "answered";
}
