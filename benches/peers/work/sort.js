function main(length) {
  let x = 1;
  const numbers = Array.from({ length }, () => x = x * 16807 % 2147483647);
  numbers.sort((p, q) => p - q);
  return numbers[length / 2];
}
