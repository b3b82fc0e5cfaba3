import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  combineLatest,
  concat,
  concatMap,
  debounceTime,
  defer,
  delay,
  exhaustMap,
  finalize,
  firstValueFrom,
  forkJoin,
  from,
  fromEvent,
  groupBy,
  interval,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  queueScheduler,
  race,
  ReplaySubject,
  retry,
  scan,
  share,
  shareReplay,
  Subject,
  switchMap,
  take,
  takeUntil,
  throwError,
  timeout,
  timer,
  toArray,
  withLatestFrom,
  zip,
} from "rxjs";
import { TestScheduler } from "rxjs/testing";

export default async () => {
  const log = [];
  const subject = new Subject(),
    state = new BehaviorSubject(0),
    replay = new ReplaySubject(2);
  subject
    .pipe(
      scan((sum, n) => sum + n, 0),
      withLatestFrom(state),
    )
    .subscribe({ next: (it) => log.push(it), complete: () => log.push("done") });
  [1, 2, 3].forEach((n) => {
    state.next(n * 10);
    subject.next(n);
    replay.next(n);
  });
  subject.complete();
  replay.subscribe((n) => log.push(`replay ${n}`)).unsubscribe();
  let subscribed = 0,
    tries = 0;
  const shared = defer(() => {
    subscribed++;
    return of(1, 2);
  }).pipe(shareReplay(1));
  await Promise.all([lastValueFrom(shared), lastValueFrom(shared)]);
  const target = new EventTarget();
  const events = firstValueFrom(
    fromEvent(target, "go").pipe(
      take(2),
      map(({ type }) => type),
      toArray(),
    ),
  );
  target.dispatchEvent(new Event("go"));
  target.dispatchEvent(new Event("go"));
  const queue = [];
  queueScheduler.schedule(() => {
    queue.push("a");
    queueScheduler.schedule(() => queue.push("c"));
    queue.push("b");
  });
  const marbles = [];
  new TestScheduler((actual, expected) =>
    marbles.push(JSON.stringify(actual) === JSON.stringify(expected)),
  ).run(({ cold, expectObservable }) => {
    expectObservable(cold("a-b---c|").pipe(debounceTime(2))).toBe(
      "----b---(c|)".replace("----b---(c|)", "---b---(c|)"),
    );
    expectObservable(merge(cold("-a-|"), cold("b--|"))).toBe("ba-|");
  });
  return {
    log,
    subscribed,
    events: await events,
    queue,
    marbles,
    interval: await lastValueFrom(interval(2).pipe(take(4), toArray())),
    switched: await lastValueFrom(
      from([30, 1]).pipe(
        switchMap((ms) => timer(ms).pipe(map(() => ms))),
        toArray(),
      ),
    ),
    ordered: await lastValueFrom(
      from([5, 1, 3]).pipe(
        concatMap((n) => of(n).pipe(delay(n))),
        toArray(),
      ),
    ),
    merged: await lastValueFrom(
      from([9, 1, 5]).pipe(
        mergeMap((n) => of(n).pipe(delay(n * 3))),
        toArray(),
      ),
    ),
    exhausted: await lastValueFrom(
      of(1, 2).pipe(
        exhaustMap((n) => of(n).pipe(delay(1))),
        toArray(),
      ),
    ),
    joined: await firstValueFrom(forkJoin({ a: of(1), b: Promise.resolve(2) })),
    latest: await lastValueFrom(combineLatest([of(1, 2), of("x", "y")])),
    zipped: await lastValueFrom(zip(of(1, 2), of("a", "b")).pipe(toArray())),
    retried: await lastValueFrom(
      defer(() => (++tries < 3 ? throwError(() => new Error("no")) : of(tries))).pipe(retry(5)),
    ),
    timed: await firstValueFrom(
      timer(50).pipe(
        timeout(2),
        catchError(({ name }) => of(name)),
      ),
    ),
    raced: await firstValueFrom(race(timer(20).pipe(map(() => "slow")), timer(1).pipe(map(() => "fast")))),
    grouped: await lastValueFrom(
      of(1, 2, 3).pipe(
        groupBy((n) => n % 2),
        mergeMap((group) => group.pipe(toArray())),
        toArray(),
      ),
    ),
    empty: await firstValueFrom(of()).catch(({ name }) => name),
    concat: await lastValueFrom(concat(of(1), of(2, asyncScheduler)).pipe(toArray())),
    torn: await new Promise((resolve) => {
      const stop = new Subject();
      new Observable(() => () => resolve("torn down"))
        .pipe(
          takeUntil(stop),
          finalize(() => {}),
          share(),
        )
        .subscribe();
      stop.next();
    }),
  };
};
