import * as R from "ramda";

export default async () => {
  const people = [
    { name: "Ann", age: 30, tags: ["x"] },
    { name: "Bob", age: 25, tags: [] },
    { name: "Cid", age: 30, tags: ["y", "x"] },
  ];
  const name = R.lensProp("name"),
    deep = R.lensPath(["a", 0, "b"]);
  const sum = R.curry((a, b, c) => a + b + c);
  return {
    pipe: R.pipe(R.filter(R.propEq(30, "age")), R.pluck("name"), R.join("+"))(people),
    compose: R.compose(R.toUpper, R.reverse)("abc"),
    grouped: R.groupBy(R.pipe(R.prop("age"), String), people),
    sorted: R.sortWith([R.descend(R.prop("age")), R.ascend(R.prop("name"))], people).map(R.prop("name")),
    lens: [
      R.view(name, people[0]),
      R.over(name, R.toLower, people[0]),
      R.set(deep, 5, { a: [{ b: 1, c: 2 }] }),
    ],
    curry: [sum(1)(2)(3), sum(R.__, 2)(1, 3)],
    transduced: R.transduce(R.compose(R.map(R.inc), R.take(2)), R.flip(R.append), [], [1, 2, 3]),
    evolve: R.evolve({ a: R.add(1), b: { c: R.negate } }, { a: 1, b: { c: 2 } }),
    cond: [1, 5, 50].map(
      R.cond([
        [R.lt(R.__, 3), R.always("low")],
        [R.lt(R.__, 10), R.always("mid")],
        [R.T, R.always("high")],
      ]),
    ),
    path: [
      R.path(["a", -1], { a: [1, 2] }),
      R.pathOr("no", ["x", "y"], {}),
      R.assocPath(["x", 0, "y"], 1, {}),
      R.dissocPath(["a", "b"], { a: { b: 1, c: 2 } }),
    ],
    merge: R.mergeDeepRight({ a: { b: 1, c: 1 } }, { a: { b: 2 } }),
    equals: [
      R.equals({ a: [1, new Date(0), new Map([[1, 2]])] }, { a: [1, new Date(0), new Map([[1, 2]])] }),
      R.equals(NaN, NaN),
      R.equals(0, -0),
    ],
    sets: [
      R.union([1, 2], [2, 3]),
      R.difference([1, 2], [2]),
      R.symmetricDifference([1, 2], [2, 3]),
      R.uniqBy(Math.abs, [1, -1, 2]),
    ],
    zip: [R.zipObj(["a", "b"], [1, 2]), R.xprod([1, 2], ["a"]), R.transpose([[1, 2], [3]])],
    converge: R.converge(R.divide, [R.sum, R.length])([1, 2, 3]),
    unfold: R.unfold((n) => (n > 3 ? false : [n, n + 1]), 1),
    where: R.filter(R.where({ age: R.gt(R.__, 26), tags: R.includes("y") }), people).length,
    text: [
      R.toString({ a: [1, "x", new Date(0), undefined] }),
      R.split("", "ab"),
      R.replace(/a/g, "b", "aa"),
      R.match(/(\d)/g, "1a2"),
    ],
    async: await R.pipeWith(R.andThen)([async (n) => n + 1, R.multiply(2)])(3),
    memo: R.memoizeWith(String, R.identity)(3),
    chunk: R.splitEvery(2, [1, 2, 3]),
    by: R.reduceBy((total, { age }) => total + age, 0, R.prop("name"), people),
    ap: R.ap([R.inc, R.dec], [1, 2]),
    sequence: R.traverse(R.of(Array), (n) => [n, -n], [1, 2]),
    until: R.until(R.gt(R.__, 100), R.multiply(2))(1),
    invert: R.invert({ a: "x", b: "x" }),
    median: R.median([3, 1, 2]),
    collate: R.aperture(2, [1, 2, 3]),
    type: [null, [], /x/, () => {}, async () => {}, new Map()].map(R.type),
  };
};
