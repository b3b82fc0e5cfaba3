import { MAX, NIL, parse, stringify, v1, v1ToV6, v3, v4, v5, v6, v6ToV1, v7, validate, version } from "uuid";

export default () => {
  const random = Uint8Array.from({ length: 16 }, (_, n) => n * 16 + n);
  const ids = {
    v1: v1({ msecs: 1_700_000_000_000, nsecs: 5, clockseq: 1, node: [1, 2, 3, 4, 5, 6] }),
    v3: v3("hello.example", v3.DNS),
    v4: v4({ random }),
    v5: v5("https://isolet.example/ü", v5.URL),
    v6: v6({ msecs: 1_700_000_000_000, nsecs: 5, clockseq: 1, node: [1, 2, 3, 4, 5, 6] }),
    v7: v7({ msecs: 1_700_000_000_000, seq: 7, random }),
  };
  const many = new Set(Array.from({ length: 200 }, () => v4()));
  const sorted = Array.from({ length: 50 }, () => v7());
  let error;
  try {
    parse("not-a-uuid");
  } catch ({ name, message }) {
    error = [name, message];
  }
  return {
    ids,
    versions: Object.values(ids).map(version),
    bytes: [...parse(ids.v5)],
    back: stringify(parse(ids.v5)) === ids.v5,
    converted: [v1ToV6(ids.v1), v6ToV1(ids.v6)],
    valid: [validate(NIL), validate(MAX), validate("123"), validate(v4())],
    unique: many.size,
    sorted: [...sorted].sort().every((id, n) => id === sorted[n]),
    into: [...v4({ random }, new Uint8Array(20), 2)],
    own: v5(Uint8Array.of(1, 2, 3), ids.v1),
    error,
  };
};
