import SuperJSON from "superjson";

class Money {
  constructor(cents) {
    this.cents = cents;
  }
  get euros() {
    return this.cents / 100;
  }
}

export default () => {
  const own = new SuperJSON({ dedupe: true });
  own.registerClass(Money, { identifier: "Money" });
  own.registerCustom(
    {
      isApplicable: (it) => it instanceof RegExp && it.flags.includes("y"),
      serialize: ({ source }) => source,
      deserialize: (source) => new RegExp(source, "y"),
    },
    "sticky",
  );
  own.registerSymbol(Symbol.for("s"), "s");
  own.allowErrorProps("code");
  const shared = { x: 1 };
  const value = {
    date: new Date(0),
    map: new Map([
      ["a", new Set([1, undefined])],
      ["b", new Map([[{ k: 1 }, 2n]])],
    ]),
    re: /a\/b/gi,
    sticky: /q/y,
    none: undefined,
    nan: NaN,
    inf: -Infinity,
    zero: -0,
    url: new URL("https://a.example/?q=ü"),
    bytes: new Uint8Array([1, 2]),
    floats: new Float32Array([0.5]),
    error: Object.assign(new TypeError("bad", { cause: "c" }), { code: 7 }),
    money: new Money(150),
    symbol: Symbol.for("s"),
    again: [shared, shared],
    "dotted.key": new Date(1),
    list: [1, , null],
  };
  value.self = value.map;
  const { json, meta } = own.serialize(value);
  const back = own.parse(own.stringify(value));
  let polluted;
  try {
    SuperJSON.deserialize({ json: { a: 1 }, meta: { values: { "__proto__.x": ["Date"] } } });
  } catch ({ message }) {
    polluted = message;
  }
  return {
    json,
    meta,
    back: [
      back.date.getTime(),
      [...back.map.get("a")].map(String),
      [...back.map.get("b")].map(([k, v]) => [k, String(v)]),
      String(back.re),
      String(back.sticky),
      "none" in back,
      String(back.nan),
      back.inf,
      Object.is(back.zero, -0),
      back.url.href,
      [...back.bytes],
      back.floats.constructor.name,
      back.error.name,
      back.error.message,
      back.error.code,
      back.money.euros,
      back.symbol === Symbol.for("s"),
      back.again[0] === back.again[1],
      back["dotted.key"].getTime(),
      back.self === back.map,
    ],
    polluted,
    plain: SuperJSON.stringify({ a: [1n] }),
  };
};
