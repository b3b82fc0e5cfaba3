import nunjucks from "nunjucks";

export default async () => {
  const sources = {
    "base.html": "<title>{% block title %}none{% endblock %}</title>{% block body %}{% endblock %}",
    "macros.html":
      "{% macro field(name, value='', type='text') %}<input name=\"{{ name }}\" value=\"{{ value }}\" type={{ type }}>{% endmacro %}",
    "page.html":
      "{% extends 'base.html' %}{% import 'macros.html' as forms %}{% block title %}{{ super() }} {{ title | title }}{% endblock %}{% block body %}{% for item in items %}{{ loop.index }}/{{ loop.length }} {{ item.name | upper }}{% if not loop.last %}, {% endif %}{% else %}empty{% endfor %} {{ forms.field('q', type='search') }} {{ html }} {{ html | safe }}{% endblock %}",
  };
  const loader = new (nunjucks.Loader.extend({
    getSource: (name) => ({ src: sources[name], path: name, noCache: false }),
  }))();
  const env = new nunjucks.Environment(loader, { autoescape: true });
  env.addFilter("shout", (text, n = 1) => text.toUpperCase() + "!".repeat(n));
  env.addFilter("later", (text, done) => setTimeout(() => done(null, `${text} later`), 1), true);
  env.addGlobal("answer", 42);
  const page = env.render("page.html", {
    title: "my page",
    items: [{ name: "a" }, { name: "b" }],
    html: "<b>",
  });
  const late = await new Promise((resolve, reject) =>
    env.renderString("{{ 'x' | later }} {{ answer }}", {}, (error, text) =>
      error ? reject(error) : resolve(text),
    ),
  );
  let error;
  try {
    env.renderString("{% if %}");
  } catch ({ message }) {
    error = message;
  }
  return {
    page,
    late,
    error,
    filters: env.renderString(
      "{{ 'hi' | shout(2) }} {{ [3,1,2] | sort | join('-') }} {{ xs | groupby('k') | dump }} {{ 'a b' | replace(' ', '_') }} {{ 3.7 | round }} {{ none | default('d', true) }}",
      {
        xs: [
          { k: 1, v: 2 },
          { k: 1, v: 3 },
        ],
      },
    ),
    set: env.renderString(
      "{% set x = 2 ** 3 // 3 %}{{ x }} {{ 'y' if x > 1 else 'n' }} {% raw %}{{ no }}{% endraw %} {%- call(a) m() %}{% endcall -%}".replace(
        /\{%- call.*/,
        "",
      ),
    ),
    compiled: nunjucks.compile("{{ a.b[0] }}").render({ a: { b: [7] } }),
  };
};
