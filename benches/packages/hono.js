import { Hono } from "hono";
const app = new Hono();
app.get("/hello/:name", (context) => context.text(`hello ${context.req.param("name")}`));
export async function answer() {
  return await (await app.request("/hello/you")).text();
}
export default { answer };
export const EXPECTED = "hello you";
