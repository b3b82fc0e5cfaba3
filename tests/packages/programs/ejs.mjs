import ejs from "ejs";

export default async () => {
  const files = {
    header: "<h1><%= title %></h1>",
    list: "<ul><% items.forEach(function (item) { %><li class=\"<%= item.on ? 'on' : '' %>\"><%- item.html %></li><% }) %></ul>",
  };
  const options = { includer: (name) => ({ template: files[name] }) };
  const page = ejs.render(
    "<%- include('header', { title: 'A & B' }) -%>\n<%_ if (items.length) { _%>\n  <%- include('list') %>\n<%_ } _%>\n<%# gone %><%% kept %>",
    { items: [{ on: true, html: "<b>x</b>" }, { html: "y" }] },
    options,
  );
  const compiled = ejs.compile("Hello <?= who ?>", {
    delimiter: "?",
    strict: true,
    destructuredLocals: ["who"],
  });
  const slow = await ejs.render("<%= await value %>!", { value: Promise.resolve("late") }, { async: true });
  const errors = [];
  for (const template of ["<%= missing.x %>", "<% if ( %>", "<% open"]) {
    try {
      ejs.render(template, {});
    } catch ({ name, message }) {
      errors.push([name, message.split("\n")[0]]);
    }
  }
  return {
    page,
    compiled: compiled({ who: "<you>" }),
    slow,
    errors: errors.map(([name]) => name),
    missing: errors[0][1],
    escaped: ejs.escapeXML("<a href='x'>&\""),
    trimmed: ejs.render("<% let a = 1 -%>\n<%= a %>", {}, { rmWhitespace: true }),
    own: ejs.render("<%= x %>", { x: "<" }, { escape: (it) => `[${it}]` }),
  };
};
