import Handlebars from "handlebars/dist/cjs/handlebars.js";

export default () => {
  const own = Handlebars.create();
  own.registerHelper("loud", (text) => String(text).toUpperCase());
  own.registerHelper("list", function (items, { fn, inverse, hash, data }) {
    return items.length
      ? `<ul class="${hash.class}">${items.map((item, index) => `<li>${fn(item, { data: { ...data, index } })}</li>`).join("")}</ul>`
      : inverse(this);
  });
  own.registerPartial("person", "{{name}} ({{age}}){{> @partial-block}}");
  own.registerDecorator("mark", (program, props, container, { args }) => {
    container.marked = args[0];
    return program;
  });
  const template =
    own.compile(`{{#each people}}{{@index}}{{#if @last}} last{{/if}} {{#> person}}!{{/person}} {{loud ../greeting}}
{{else}}none{{/each}}{{{raw}}} {{raw}} {{#with nested.deep}}{{value}} {{../top}}{{/with}} {{lookup map "k"}} {{#unless no}}yes{{/unless}}`);
  const data = {
    people: [
      { name: "Ann", age: 3 },
      { name: "B<b", age: 4 },
    ],
    greeting: "hi",
    raw: "<i>&</i>",
    nested: { deep: { value: 1 } },
    top: 2,
    map: { k: "v" },
  };
  let error;
  try {
    own.compile("{{#if a}}{{/each}}")({});
  } catch ({ message }) {
    error = message;
  }
  let strict;
  try {
    own.compile("{{missing}}", { strict: true })({});
  } catch ({ message }) {
    strict = message;
  }
  const precompiled = own.precompile("Hi {{name}}");
  return {
    page: template(data),
    empty: template({ people: [] }),
    list: own.compile("{{#list xs class='c'}}{{@index}}{{this}}{{else}}no{{/list}}")({ xs: ["a", "b"] }),
    error,
    strict,
    precompiled: precompiled.length,
    revived: own.template(new Function(`return ${precompiled}`)())({ name: "<you>" }),
    ast: own.parse("{{a.[b c]}} {{~x~}}").body.map(({ type }) => type),
    safe: own.compile("{{x}}")({ x: new own.SafeString("<ok>") }),
    proto: own.compile("{{constructor.name}}|{{toString}}")({}),
  };
};
