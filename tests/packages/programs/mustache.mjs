import Mustache from "mustache";

export default () => {
  const view = {
    name: "Ann",
    price: 10,
    items: [{ n: 1 }, { n: 2 }],
    none: [],
    html: "<b>&\"'/",
    wrap: () => (text, render) => `<w>${render(text)}</w>`,
    total() {
      return this.price * 2;
    },
    deep: { er: { x: "y" } },
  };
  const template =
    "{{name}} {{total}} {{#items}}[{{n}}{{> part}}]{{/items}}{{^none}}nothing{{/none}} {{html}} {{{html}}} {{&html}} {{#wrap}}hi {{name}}{{/wrap}}{{! comment }} {{deep.er.x}} {{missing}}\n{{=<% %>=}}<% name %> {{name}}\n";
  let error;
  try {
    Mustache.render("{{#a}}", {});
  } catch ({ message }) {
    error = message;
  }
  const writer = new Mustache.Writer();
  return {
    page: Mustache.render(template, view, { part: "<{{n}}>" }),
    tags: Mustache.render("[[name]] {{name}}", view, {}, ["[[", "]]"]),
    tokens: Mustache.parse("a {{b}} {{#c}}{{.}}{{/c}}"),
    error,
    escape: Mustache.render("{{x}}", { x: "<" }, {}, { escape: (text) => `!${text}!` }),
    dots: Mustache.render("{{#list}}{{.}},{{/list}}", { list: ["a", 1, true] }),
    writer: writer.render("{{a}}", { a: 0 }),
    lines: Mustache.render("x\n  {{#a}}\n  y\n  {{/a}}\nz", { a: true }),
    indent: Mustache.render("  {{> p}}\n", {}, { p: "a\nb\n" }),
  };
};
