import { createElement } from "react";
import { renderToString } from "react-dom/server";
export function answer() {
  return renderToString(createElement("p", { title: "a" }, "b"));
}
export default { answer };
export const EXPECTED = '<p title="a">b</p>';
