import { z } from "zod";
const User = z.object({ name: z.string(), age: z.number().int() });
export function answer() {
  return User.parse({ name: "Ada", age: 36 }).name;
}
export default { answer };
export const EXPECTED = "Ada";
