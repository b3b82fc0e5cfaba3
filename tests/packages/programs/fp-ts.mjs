import * as A from "fp-ts/lib/Array.js";
import * as E from "fp-ts/lib/Either.js";
import { flow, pipe } from "fp-ts/lib/function.js";
import * as M from "fp-ts/lib/Map.js";
import * as N from "fp-ts/lib/number.js";
import * as O from "fp-ts/lib/Option.js";
import * as Ord from "fp-ts/lib/Ord.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as R from "fp-ts/lib/Record.js";
import * as S from "fp-ts/lib/string.js";
import * as St from "fp-ts/lib/State.js";
import * as T from "fp-ts/lib/Task.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as Tr from "fp-ts/lib/Tree.js";

export default async () => {
  const parse = (text) =>
    pipe(
      E.tryCatch(() => JSON.parse(text), E.toError),
      E.mapLeft(({ name }) => name),
    );
  const validation = E.getApplicativeValidation(A.getSemigroup());
  const long = (text) => (text.length > 3 ? E.right(text) : E.left([`${text} is short`]));
  const counter = pipe(
    St.get(),
    St.chain((n) => St.put(n + 1)),
    St.chain(() => St.gets((n) => n * 10)),
  );
  const load = (id) => RTE.asks((env) => env.base + id);
  const slow = (n) =>
    pipe(
      T.delay(1)(T.of(n)),
      T.map((it) => it * 2),
    );
  return {
    parsed: [parse('{"a":1}'), parse("{")],
    option: pipe(
      O.fromNullable(null),
      O.alt(() => O.some(3)),
      O.filter((n) => n > 2),
    ),
    traversed: [
      pipe(
        ["1", "2"],
        A.traverse(O.Applicative)((text) => O.some(+text)),
      ),
      pipe(
        [1, -1],
        A.traverse(E.Applicative)((n) => (n > 0 ? E.right(n) : E.left(`bad ${n}`))),
      ),
    ],
    errors: pipe(["ab", "abcd", "c"], A.traverse(validation)(long)),
    sorted: pipe(
      [
        { n: 2, s: "b" },
        { n: 1, s: "z" },
        { n: 2, s: "a" },
      ],
      A.sortBy([
        pipe(
          N.Ord,
          Ord.reverse,
          Ord.contramap(({ n }) => n),
        ),
        pipe(
          S.Ord,
          Ord.contramap(({ s }) => s),
        ),
      ]),
    ),
    task: await pipe(
      TE.tryCatch(async () => 1, String),
      TE.chain((n) =>
        TE.fromPredicate(
          (m) => m > 5,
          () => "small",
        )(n),
      ),
      TE.orElse((left) => TE.right(left.length)),
    )(),
    all: await pipe([1, 2, 3], T.traverseArray(slow))(),
    reader: await load("x")({ base: "b/" })(),
    state: counter(4),
    record: pipe(
      { a: 1, b: 2 },
      R.mapWithIndex((key, n) => key + n),
      R.toEntries,
    ),
    partition: pipe(
      [1, 2, 3, 4],
      A.partition((n) => n % 2 === 0),
    ),
    flow: flow((n) => n + 1, String, S.split(""))(99),
    map: pipe(new Map([["k", 1]]), M.lookup(S.Eq)("k")),
    fold: Tr.fold((n, children) => n + children.reduce((a, b) => a + b, 0))(
      Tr.make(1, [Tr.make(2), Tr.make(3, [Tr.make(4)])]),
    ),
    uniq: A.uniq(N.Eq)([1, 2, 1]),
    chunks: A.chunksOf(2)([1, 2, 3]),
    zip: A.zip(["a", "b"])([1, 2]),
    doing: pipe(
      O.Do,
      O.bind("x", () => O.some(1)),
      O.bind("y", ({ x }) => O.some(x + 1)),
    ),
  };
};
