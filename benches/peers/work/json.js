function main(rounds) {
  const items = Array.from({ length: 500 }, (_, id) => ({ id, name: `n${id}`, tags: [id, "x"] }));
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += JSON.parse(JSON.stringify(items)).length;
  return sum;
}
