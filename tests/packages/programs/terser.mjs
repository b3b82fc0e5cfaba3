import { minify } from "terser";

const source = `
// Adds up what is in the basket.
import { tax } from "./tax.js";
export class Basket { #items = []; static limit = 10; add(item, count = 1) { if (this.#items.length >= Basket.limit) { throw new Error("the basket is full"); } else { this.#items.push({ ...item, count }); } return this; }
  get total() { let unused = 5; let sum = 0; for (const { price, count } of this.#items) { sum += price * count; } return sum * (1 + tax); } }
function helper(first, second) { const name = first + "-" + second; return name; }
console.log(helper("a", "b"), typeof undefined === "undefined", 60 * 60 * 24, \`x\${1 + 2}\`, DEBUG ? "debug" : "release");
export const later = async function* (source) { for await (const it of source) { try { yield it?.value ?? null; } finally { /* nothing */ } } };
export const pick = (a) => { switch (a) { case 1: return "one"; case 2: case 3: return "few"; default: return false ? "never" : "many"; } };
`;

export default async () => {
  const plain = await minify(source, {
    module: true,
    compress: { global_defs: { DEBUG: false }, passes: 2 },
    sourceMap: { filename: "out.js", url: "out.js.map" },
  });
  const kept = await minify(source, {
    module: true,
    mangle: false,
    compress: false,
    format: { beautify: true, comments: "all" },
  });
  const props = await minify(
    {
      "a.js": "var o = { _private: 1, open: 2 }; o._private++; console.log(o.open)",
      "b.js": "console.log(o._private)",
    },
    { mangle: { properties: { regex: /^_/ } }, toplevel: true },
  );
  const error = await minify("let a = ;", {}).catch(({ name, message, line, col }) => [
    name,
    message,
    line,
    col,
  ]);
  return {
    plain: plain.code,
    map: JSON.parse(plain.map).mappings,
    kept: kept.code,
    props: props.code,
    error,
    cache: (await minify("function f(longName) { return longName }", { keep_fnames: true, ecma: 2020 })).code,
  };
};
