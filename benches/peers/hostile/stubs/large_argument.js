// ends: any
// The argument is as large as a host may be careless.
async function main(arg, cap) {
  const text = "x".repeat(16 << 20);
  const all = [];
  for (let i = 0; i < 100; i++) all.push(cap(text));
  await Promise.allSettled(all);
  return "answered";
}
