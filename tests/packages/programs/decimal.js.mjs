import Decimal from "decimal.js";

export default () => {
  const Precise = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN });
  const Small = Decimal.clone({ precision: 5, toExpNeg: -3, toExpPos: 6 });
  const a = new Decimal("0.1");
  let error;
  try {
    new Decimal("1.2.3");
  } catch ({ message }) {
    error = message;
  }
  return {
    sum: [
      a.plus("0.2").toString(),
      a.times(3).eq("0.3"),
      a.div(3).toString(),
      a.minus(1).abs().neg().toFixed(3),
    ],
    roots: [
      new Precise(2).sqrt().toString(),
      new Precise(27).cbrt().toString(),
      new Precise(2).pow("0.5").minus(new Precise(2).sqrt()).abs().lt("1e-58"),
    ],
    functions: [
      Precise.exp(1),
      Precise.ln(10),
      Precise.sin(1),
      Precise.atan2(1, 2),
      Precise.log10(2),
      Precise.acos(-1),
      Precise.sinh("0.3"),
    ].map(String),
    formats: [
      new Decimal("1234.5678").toPrecision(6),
      new Decimal("0.00001234").toString(),
      new Decimal("1e21").toFixed(),
      new Decimal(255).toHex(),
      new Decimal("0.1").toBinary(),
      new Decimal("0xff.8").toNumber(),
      new Decimal("123.456").toExponential(2),
    ],
    rounding: [0, 1, 2, 3, 4, 5, 6, 7, 8].map((mode) =>
      new Decimal("-2.5").toDecimalPlaces(0, mode).toString(),
    ),
    small: [new Small(1).div(3).toString(), new Small("1234567").toString(), new Small("0.0001").toString()],
    special: [
      new Decimal(0).div(0).toString(),
      new Decimal(1).div(0).toString(),
      new Decimal("-0").toString(),
      new Decimal(-0).isNeg(),
    ],
    compare: [a.cmp("0.1"), a.gt(1), Decimal.max(1, "3", 2).toString(), Decimal.hypot(3, 4).toString()],
    parts: [
      new Decimal("-12.345").trunc().toString(),
      new Decimal("12.345").mod(5).toString(),
      new Decimal("12.345").dp(),
      new Decimal("1200").sd(true),
      new Decimal("0.75").toFraction().map(String),
      new Decimal("3.14159").toNearest("0.25").toString(),
    ],
    error,
    json: JSON.stringify({ a }),
    big: new Precise(2).pow(200).toFixed(),
    factorial: Array.from({ length: 50 }, (_, n) => n + 1)
      .reduce((product, n) => product.times(n), new Precise(1))
      .toString(),
  };
};
