// ends: any
function main() {
  const sparse = [];
  sparse[4294967290] = 1;
  return sparse;
}
