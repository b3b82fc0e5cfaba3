async function main(count, cap) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await cap(i);
  return sum;
}
