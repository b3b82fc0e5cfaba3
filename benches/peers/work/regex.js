function main(count) {
  const text = "key12=value34; ".repeat(count);
  let sum = 0;
  for (const match of text.matchAll(/(\w+?)(\d+)=(\w+)/g)) sum += match[2].length;
  return sum;
}
