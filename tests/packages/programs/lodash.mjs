import _ from "lodash";

export default () => {
  const people = [
    { name: "Ann", age: 30, city: "Rome" },
    { name: "Bob", age: 25, city: "Oslo" },
    { name: "Cid", age: 30, city: "Oslo" },
  ];
  const nested = { a: [{ b: { c: 3 } }], d: new Date(0), r: /x/gi, m: new Map([["k", { v: 1 }]]) };
  const clone = _.cloneDeep(nested);
  const calls = [];
  const once = _.once(() => calls.push("once"));
  once();
  once();
  const memo = _.memoize((n) => {
    calls.push(n);
    return n * 2;
  });
  return {
    grouped: _.groupBy(people, "city"),
    ordered: _.orderBy(people, ["age", "name"], ["desc", "desc"]).map(_.property("name")),
    keyed: _.keyBy(people, "name"),
    chunks: _.chunk(_.range(7), 3),
    get: _.get(nested, "a[0].b.c"),
    missing: _.get(nested, "a[1].b", "no"),
    set: _.set({}, "x[1].y", 5),
    merged: _.merge({ a: [1, { b: 2 }], c: 1 }, { a: [, { d: 3 }], c: undefined }),
    equal: [_.isEqual(clone, nested), clone.m !== nested.m],
    cases: [
      _.camelCase("foo-bar baz"),
      _.kebabCase("fooBarBaz"),
      _.snakeCase("Foo Bar"),
      _.startCase("foo_bar"),
      _.deburr("déjà vu"),
    ],
    template: _.template("<% _.forEach(xs, (x) => { %><li><%- x %></li><% }) %> ${ y }")({
      xs: ["<a>", "b"],
      y: 1,
    }),
    words: _.words("fred, barney & pebbles"),
    sums: [_.sumBy(people, "age"), _.meanBy(people, "age"), _.maxBy(people, "age").name],
    diff: _.differenceWith([{ x: 1 }, { x: 2 }], [{ x: 1 }], _.isEqual),
    flow: _.flow([_.add, (n) => n * n])(1, 2),
    curry: _.curry((a, b, c) => [a, b, c])(1)(_.placeholder ?? _, 3)(2),
    memo: [memo(2), memo(2)],
    calls,
    chain: _(people).filter({ age: 30 }).map("name").join("+"),
    truncated: _.truncate("a long text indeed", { length: 10 }),
    pad: _.pad("x", 5, "ab"),
    zip: _.zipObjectDeep(["a.b[0].c"], [1]),
  };
};
