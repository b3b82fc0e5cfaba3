async function main(count, cap) {
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => cap(i)));
  return answers.reduce((sum, answer) => sum + answer, 0);
}
