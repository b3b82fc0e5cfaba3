function main(count) {
  let hash = 0;
  for (let i = 0; i < count; i++) hash = (hash * 31 + i) | 0;
  return hash;
}
