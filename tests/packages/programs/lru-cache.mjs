import { LRUCache } from "lru-cache";

export default async () => {
  const gone = [];
  const cache = new LRUCache({ max: 3, dispose: (value, key, reason) => gone.push([key, value, reason]) });
  for (const key of ["a", "b", "c"]) cache.set(key, key.toUpperCase());
  cache.get("a");
  cache.set("d", "D");
  cache.set("a", "A2");
  const sized = new LRUCache({ maxSize: 10, sizeCalculation: (value) => value.length });
  ["xxxx", "yyyy", "zz", "wwwww", "q".repeat(20)].forEach((value, key) => sized.set(key, value));
  let time = 1000;
  const timed = new LRUCache({
    max: 10,
    ttl: 50,
    perf: { now: () => time },
    ttlResolution: 0,
    updateAgeOnGet: true,
    allowStale: false,
  });
  timed.set("x", 1);
  timed.set("long", 2, { ttl: 500 });
  time += 40;
  const early = [timed.get("x"), timed.getRemainingTTL("long")];
  time += 60;
  let fetches = 0;
  const fetching = new LRUCache({
    max: 5,
    fetchMethod: async (key, stale, { signal, context }) => {
      fetches++;
      if (key === "bad") throw new Error("no");
      return `${key}:${context ?? "-"}:${signal.aborted}`;
    },
  });
  const fetched = await Promise.all([
    fetching.fetch("k"),
    fetching.fetch("k"),
    fetching.fetch("l", { context: "c" }),
  ]);
  const restored = new LRUCache({ max: 2 });
  restored.load(cache.dump().map(([key, { value }]) => [key, { value }]));
  return {
    keys: [...cache.keys()],
    values: [...cache.values()],
    reversed: [...cache.rkeys()],
    gone,
    has: [cache.has("b"), cache.has("c"), cache.peek("c")],
    sized: [...sized.entries(), sized.calculatedSize, sized.size],
    early,
    late: [timed.get("x"), timed.get("long"), timed.size],
    fetched,
    fetches,
    bad: await fetching.fetch("bad").catch(({ message }) => message),
    restored: [...restored],
    found: cache.find((value) => value === "D"),
    popped: cache.pop(),
    memo: new LRUCache({ max: 2, memoMethod: (key) => key * 2 }).memo(4),
    removed: [cache.delete("nothing"), cache.delete("d"), cache.size],
    error: (() => {
      try {
        new LRUCache({});
      } catch ({ name, message }) {
        return [name, message];
      }
    })(),
    status: (() => {
      const status = {};
      cache.get("zz", { status });
      return status;
    })(),
  };
};
