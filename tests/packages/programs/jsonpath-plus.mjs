import { JSONPath } from "jsonpath-plus";

const json = {
  store: {
    book: [
      { category: "reference", author: "Nigel Rees", title: "Sayings", price: 8.95 },
      { category: "fiction", author: "Evelyn Waugh", title: "Sword", price: 12.99 },
      {
        category: "fiction",
        author: "Herman Melville",
        title: "Moby Dick",
        isbn: "0-553-21311-3",
        price: 8.99,
      },
    ],
    bicycle: { color: "red", price: 19.95 },
  },
  "odd key": { "a.b": [null, true, [1]] },
};

export default () => {
  const paths = [
    "$.store.book[*].author",
    "$..author",
    "$.store.*",
    "$.store..price",
    "$..book[2]",
    "$..book[-1:]",
    "$..book[0,1].title",
    "$..book[:2].title",
    "$..book[?(@.isbn)].title",
    "$..book[?(@.price<10)].title",
    "$..*[?(@property === 'price' && @ > 10)]",
    "$..book[?(@.title.match(/^S/))].title",
    "$['odd key']['a.b'][2][0]",
    "$..book[(@.length-1)].title",
    "$.store.book[?(@parent.bicycle.color === 'red')].title",
    "$..book.length",
    "$.store.book[*]~",
    "$..[?(@ && @.color)]^~",
    "$..*@boolean()",
    "$..*@null()",
    "$.missing",
  ];
  const callbacks = [];
  JSONPath({
    path: "$..price",
    json,
    callback: (value, kind, { path }) => callbacks.push([value, kind, path]),
  });
  return {
    found: paths.map((path) => {
      try {
        return [path, JSONPath({ path, json })];
      } catch ({ message }) {
        return [path, message];
      }
    }),
    kinds: ["path", "pointer", "parent", "parentProperty"].map((resultType) =>
      JSONPath({ path: "$.store.book[1].price", json, resultType }),
    ),
    all: JSONPath({ path: "$..color", json, resultType: "all" }),
    callbacks,
    single: JSONPath({ path: "$.store.bicycle.color", json, wrap: false }),
    flat: JSONPath({ path: "$..book", json, flatten: true }).length,
    parts: JSONPath.toPathArray("$..book[?(@.a)]['x.y']"),
    text: JSONPath.toPathString(["$", "a", "0"]),
    pointer: JSONPath.toPointer(["$", "a/b", "~"]),
    native: JSONPath({ path: "$..book[?(@.price > 9)].title", json, eval: "native" }),
    sandboxed: JSONPath({ path: "$..book[?(@.price > limit)].title", json, sandbox: { limit: 9 } }),
  };
};
