import {
  Cause,
  Chunk,
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  HashMap,
  Layer,
  Match,
  Option,
  pipe,
  Queue,
  Ref,
  Result,
  Schedule,
  Schema,
  Stream,
} from "effect";

class Random extends Context.Service()("Random") {}
class NotFound extends Schema.TaggedError()("NotFound", { id: Schema.Number }) {}
const User = Schema.Struct({
  id: Schema.NumberFromString,
  name: Schema.String,
  tags: Schema.optional(Schema.Array(Schema.String)),
});

export default async () => {
  const log = [];
  let tries = 0;
  const flaky = Effect.suspend(() => (++tries < 3 ? Effect.fail("again") : Effect.succeed(tries)));
  const find = (id) => (id > 2 ? Effect.fail(new NotFound({ id })) : Effect.succeed({ id }));
  const program = Effect.gen(function* () {
    const random = yield* Random;
    const ref = yield* Ref.make(0);
    yield* Effect.forEach([1, 2, 3, 4], (n) => Ref.update(ref, (total) => total + n), {
      concurrency: "unbounded",
    });
    const fiber = yield* Effect.forkChild(Effect.sleep("5 millis").pipe(Effect.as("slept")));
    const retried = yield* Effect.retry(flaky, Schedule.recurs(5));
    const caught = yield* find(3).pipe(
      Effect.catchTag("NotFound", (error) => Effect.succeed(`no ${error.id}`)),
    );
    const late = yield* Effect.sleep("1 second").pipe(Effect.timeoutOption("3 millis"));
    const resource = yield* Effect.scoped(
      Effect.acquireRelease(
        Effect.sync(() => {
          log.push("open");
          return 5;
        }),
        () => Effect.sync(() => log.push("close")),
      ).pipe(Effect.map((n) => n + 1)),
    );
    return {
      random: yield* random.next,
      total: yield* Ref.get(ref),
      slept: yield* Fiber.join(fiber),
      retried,
      caught,
      late: Option.isNone(late),
      resource,
    };
  });
  const layer = Layer.succeed(Random, { next: Effect.succeed(4) });
  const exit = await Effect.runPromiseExit(Effect.all([find(1), find(9)]));
  const numbers = await Effect.runPromise(
    Stream.range(1, 10).pipe(
      Stream.filter((n) => n % 2 === 0),
      Stream.mapEffect((n) => Effect.succeed(n * n)),
      Stream.take(3),
      Stream.runCollect,
    ),
  );
  const queued = await Effect.runPromise(
    Effect.gen(function* () {
      const queue = yield* Queue.bounded(2);
      yield* Effect.forkChild(Effect.forEach([1, 2, 3], (n) => Queue.offer(queue, n)));
      return [yield* Queue.take(queue), yield* Queue.take(queue), yield* Queue.take(queue)];
    }),
  );
  const match = Match.type().pipe(
    Match.when({ kind: "a" }, ({ n }) => n),
    Match.orElse(() => "other"),
  );
  let issue;
  try {
    Schema.decodeUnknownSync(User)({ id: "x", name: 3 });
  } catch ({ message }) {
    issue = message;
  }
  return {
    program: await Effect.runPromise(program.pipe(Effect.provide(layer))),
    log,
    failed: Exit.isFailure(exit),
    cause: Cause.squash(exit.cause)._tag,
    numbers: [...numbers],
    queued,
    match: [match({ kind: "a", n: 1 }), match({ kind: "b" })],
    decoded: Schema.decodeUnknownSync(User)({ id: "7", name: "Ann" }),
    encoded: Schema.encodeSync(User)({ id: 7, name: "Ann", tags: ["x"] }),
    issue,
    duration: Duration.toMillis(Duration.minutes(2)),
    result: Result.isFailure(Result.fail(1)),
    option: pipe(
      Option.some(2),
      Option.map((n) => n + 1),
      Option.getOrElse(() => 0),
    ),
    chunk: Chunk.toReadonlyArray(Chunk.make(1, 2, 3)),
    map: HashMap.get(HashMap.make(["a", 1]), "a"),
    sync: Effect.runSync(Effect.succeed(1).pipe(Effect.zipWith(Effect.succeed(2), (a, b) => a + b))),
    die: await Effect.runPromise(Effect.die(new Error("dead"))).catch(({ message }) => message),
  };
};
