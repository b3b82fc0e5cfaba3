import pLimit, { limitFunction } from "p-limit";

export default async () => {
  const limit = pLimit(2);
  let running = 0,
    most = 0;
  const order = [];
  const work = (name, ms) =>
    limit(async (text) => {
      running++;
      most = Math.max(most, running);
      order.push(`+${text}`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(`-${text}`);
      running--;
      return text.toUpperCase();
    }, name);
  const all = [work("a", 30), work("b", 5), work("c", 5), work("d", 1)];
  const counts = [limit.activeCount, limit.pendingCount, limit.concurrency];
  const results = await Promise.all(all);
  const failed = await limit(() => {
    throw new TypeError("broke");
  }).catch(({ name, message }) => [name, message]);
  const cleared = pLimit(1);
  const first = cleared(() => "kept");
  cleared(() => "dropped");
  await null;
  cleared.clearQueue();
  const wide = pLimit(1);
  wide.concurrency = 4;
  let error;
  try {
    pLimit(0);
  } catch ({ name, message }) {
    error = [name, message];
  }
  const single = limitFunction(async (n) => n + 1, { concurrency: 1 });
  return {
    results,
    order,
    most,
    counts,
    failed,
    cleared: [await first, cleared.pendingCount],
    mapped: await wide.map([3, 2, 1], async (n, index) => n * index),
    error,
    single: await Promise.all([single(1), single(2)]),
  };
};
