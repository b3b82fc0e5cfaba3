import BN from "bn.js";

export default () => {
  const a = new BN("123456789012345678901234567890"),
    b = new BN("fedcba9876543210fedcba98", 16),
    m = new BN("ffffffffffffffffffffffffffffffff000000000000000000000001", 16);
  const red = BN.red(m),
    fast = BN.red("k256");
  let error;
  try {
    new BN(2 ** 53);
  } catch ({ message }) {
    error = message;
  }
  const { div, mod } = a.pow(new BN(3)).divmod(b, "divmod");
  return {
    text: [a.toString(16), b.toString(10), b.toString(2, 8), a.toString(36), a.neg().toString(16, 40)],
    basic: [
      a.add(b),
      a.sub(b),
      a.mul(b),
      a.sqr(),
      a.div(new BN(97)),
      a.umod(new BN(-97)),
      a.neg().mod(new BN(97)),
      a.neg().umod(new BN(97)),
      a.pow(new BN(5)),
    ].map(String),
    divmod: [String(div), String(mod)],
    bits: [a.and(b), a.or(b), a.xor(b), a.shln(70), a.shrn(13), a.notn(100), a.maskn(33)].map((it) =>
      it.toString(16),
    ),
    sizes: [a.bitLength(), a.byteLength(), a.zeroBits(), b.testn(3)],
    modular: [
      a.invm(m),
      a.gcd(b),
      a.toRed(red).redPow(b).fromRed(),
      a.toRed(red).redInvm().fromRed(),
      b.toRed(fast).redMul(a.toRed(fast)).redSqr().fromRed(),
      new BN(9)
        .toRed(BN.red(new BN(23)))
        .redSqrt()
        .fromRed(),
    ].map((it) => it.toString(16)),
    egcd: Object.values(a.egcd(b)).map(String),
    bytes: [
      a.toArray("le", 16),
      [...b.toArrayLike(Uint8Array, "be", 14)],
      new BN([1, 2, 3], "le").toString(16),
    ],
    compare: [a.cmp(b), a.eqn(1), a.isNeg(), b.gt(a), a.cmpn(-1), BN.max(a, b) === a],
    twos: [new BN(-5).toTwos(8).toString(2), new BN("fb", 16).fromTwos(8).toString()],
    inPlace: a.clone().iaddn(5).imuln(3).isubn(1).toString(),
    json: JSON.stringify({ a }),
    number: new BN(4503599627370495).toNumber(),
    error,
    factorial: Array.from({ length: 100 }, (_, n) => n + 1)
      .reduce((product, n) => product.muln(n), new BN(1))
      .toString(),
  };
};
