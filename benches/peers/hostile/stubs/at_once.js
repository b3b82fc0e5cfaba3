// ends: any
async function main(arg, cap) {
  const all = [];
  for (let i = 0; i < 200000; i++) all.push(cap(i));
  return (await Promise.all(all)).length;
}
