export function answer() {
  return 42;
}
export default { answer };
export const EXPECTED = 42;
