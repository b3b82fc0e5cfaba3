import {
  createContext,
  createElement as h,
  Suspense,
  use,
  useContext,
  useId,
  useMemo,
  useReducer,
} from "react";
import { renderToReadableStream, renderToStaticMarkup, renderToString } from "react-dom/server";

const Theme = createContext("light");

function Item({ title, price, tags }) {
  const theme = useContext(Theme);
  const id = useId();
  const total = useMemo(() => (price * 1.19).toFixed(2), [price]);
  return h(
    "li",
    { id, className: `item ${theme}`, style: { color: "red", marginTop: 4 }, "data-price": price },
    h("b", null, title),
    " costs ",
    total,
    tags.map((tag) => h("i", { key: tag }, tag)),
  );
}

function Counter() {
  const [state] = useReducer((state, action) => state + action, 41);
  return h("button", { disabled: true, onClick() {} }, `count: ${state + 1} & <more>`);
}

function Late({ promise }) {
  return h("p", null, use(promise));
}

export default async () => {
  const page = h(
    Theme.Provider,
    { value: "dark" },
    h(
      "ul",
      { "aria-label": "shop" },
      h(Item, { title: "Tea", price: 3, tags: ["hot", "green"] }),
      h(Item, { title: "<b>", price: 1.5, tags: [] }),
    ),
    h(Counter),
    h("input", { defaultValue: 'a"b', type: "text" }),
    h("div", { dangerouslySetInnerHTML: { __html: "<hr>" } }),
  );
  const promise = new Promise((resolve) => setTimeout(resolve, 5, "came late"));
  const stream = await renderToReadableStream(
    h(
      "html",
      null,
      h("body", null, h(Suspense, { fallback: h("p", null, "loading") }, h(Late, { promise }))),
    ),
  );
  await stream.allReady;
  return {
    static: renderToStaticMarkup(page),
    string: renderToString(page),
    stream: await new Response(stream).text(),
  };
};
