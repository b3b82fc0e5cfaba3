import qs from "qs";

export default () => {
  const value = {
    a: { b: { c: "d e&=" } },
    list: [1, [2, 3], { x: null }],
    empty: [],
    date: new Date(0),
    none: undefined,
    nil: null,
    "ü[]": "ñ",
    bool: true,
  };
  return {
    written: ["indices", "brackets", "repeat", "comma"].map((arrayFormat) =>
      qs.stringify(value, { arrayFormat }),
    ),
    options: [
      qs.stringify(value, { encode: false, skipNulls: true, allowDots: true, addQueryPrefix: true }),
      qs.stringify({ a: "b c" }, { format: "RFC1738" }),
      qs.stringify({ b: 1, a: 2 }, { sort: (x, y) => x.localeCompare(y), delimiter: ";" }),
      qs.stringify({ a: "å" }, { charset: "iso-8859-1", charsetSentinel: true }),
      qs.stringify({ a: [1, 2], b: 3 }, { filter: ["a", 0] }),
      qs.stringify({ a: null }, { strictNullHandling: true }),
    ],
    parsed: [
      "a[b][c]=d&a[b][e]=f",
      "a[]=1&a[]=2&a[5]=3",
      "a=1&a=2",
      "a[0][x]=1&a[1][x]=2",
      "a%5Bb%5D=c+d",
      "a.b=c",
      "a[__proto__][x]=1&b=2",
      "a&b=",
      "a[b][c][d][e][f][g][h]=1",
      "utf8=%E2%9C%93&a=%F8",
      "x=%E4%BD",
      "a[100]=x",
    ].map((it) => qs.parse(it)),
    settings: [
      qs.parse("?a.b=c&d=1,2", { ignoreQueryPrefix: true, allowDots: true, comma: true }),
      qs.parse("a;b=2", { delimiter: /[;&]/, strictNullHandling: true }),
      qs.parse("a=1&b=2&c=3", { parameterLimit: 2 }),
      qs.parse("a[b][c]=1", { depth: 1 }),
      qs.parse("a=%E5", { charset: "iso-8859-1" }),
      qs.parse("a=1&b=true", {
        decoder: (text, decode, _, kind) =>
          kind === "value" && /^\d+$/.test(text) ? Number(text) : decode(text),
      }),
      qs.parse("a[]=&b[]", { allowEmptyArrays: true }),
    ],
    error: (() => {
      try {
        qs.parse("a[b][c][d]=1", { depth: 1, strictDepth: true });
      } catch ({ name, message }) {
        return [name, message];
      }
    })(),
    round: qs.parse(qs.stringify(value)),
  };
};
