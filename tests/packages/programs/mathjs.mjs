import {
  all,
  create,
  derivative,
  evaluate,
  format,
  matrix,
  parse,
  rationalize,
  simplify,
  unit,
} from "mathjs";

export default () => {
  const math = create(all, { number: "BigNumber", precision: 40 });
  const parser = math.parser();
  parser.evaluate("f(x, y) = x^y + 1");
  parser.evaluate("a = [1, 2; 3, 4]");
  const scope = { x: 3 };
  const errors = ["1 +", "unknown(1)", "[1,2] + [1,2,3]", "5 cm + 2 kg"].map((it) => {
    try {
      return evaluate(it);
    } catch ({ name, message }) {
      return [name, message];
    }
  });
  return {
    values: [
      "2 + 3 * 4 ^ 2 / 7",
      "sqrt(-4) + 2i",
      "sin(45 deg) ^ 2",
      "5.08 cm to inch",
      "12.7 m/s in km/h",
      "det([-1, 2; 3, 1])",
      "inv([1, 2; 3, 4])",
      "[1, 2, 3] .* 2",
      "1:2:7",
      "x = 5; y = x^2; y + 1",
      "true and not false",
      "2 == 2.0 ? 1 : 2",
      'equalText("a", "a")',
      "factorial(20)",
      "gcd(12, 18, 27)",
      "log(1000, 10)",
      "std([1, 2, 3, 4])",
      "cross([1,0,0],[0,1,0])",
      "bin(10)",
      "0x1F + 0b11",
      "mod(-7, 3)",
      "combinations(10, 3)",
      "erf(0.5)",
      "gamma(4.5)",
    ].map((it) => format(evaluate(it), { precision: 12 })),
    derived: [derivative("x^3 + sin(2 x) * e^x", "x").toString(), derivative("log(x)/x", "x").toTex()],
    simplified: [
      simplify("2 x * 3 x - (y + y)").toString(),
      rationalize("(x+1)/(x-1) + 1").toString(),
      simplify("sin(x)^2 + cos(x)^2", ["sin(n)^2 + cos(n)^2 -> 1"]).toString(),
    ],
    big: [math.evaluate("1/3 + 0.1").toString(), math.evaluate("2^100").toString(), math.pi.toString()],
    parser: [parser.evaluate("f(2, 3)").toString(), parser.evaluate("a * a").toString()],
    fraction: format(create(all, { number: "Fraction" }).evaluate("1/3 + 1/6")),
    tree: parse("a * (b + 1)")
      .filter((node) => node.isSymbolNode)
      .map(({ name }) => name),
    tex: parse("sqrt(x/2) >= [1,2;3,4]").toTex(),
    compiled: parse("x^2 + 1").compile().evaluate(scope),
    matrix: [
      matrix([
        [1, 2],
        [3, 4],
      ]).size(),
      math
        .transpose([
          [1, 2],
          [3, 4],
        ])
        .toString(),
      format(
        math.eigs([
          [2, 0],
          [0, 3],
        ]).values,
      ),
    ],
    solve: [
      format(evaluate("lusolve([1, 2; 3, 4], [5; 6])"), 10),
      format(evaluate("lup([4, 3; 6, 3]).L"), 5),
    ],
    unit: [unit("5 km").to("mile").format(6), unit("90 km/h").toSI().toString()],
    errors,
    sparse: math
      .sparse([
        [1, 0],
        [0, 2],
      ])
      .get([1, 1])
      .toString(),
  };
};
