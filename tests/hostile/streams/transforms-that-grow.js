//@ outcome: limit,exception
//@ args: --timeout 10s
//@ cpu: 2
// Thirty transforms in a row, each of which doubles what it is given.
export default async () => {
  let s = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1024)); } });
  for (let i = 0; i < 30; i++) s = s.pipeThrough(new TransformStream({ transform(x, c) { c.enqueue(x.slice()); c.enqueue(x.slice()); } }, { highWaterMark: 1e9 }, { highWaterMark: 1e9 }));
  for await (const _ of s);
};
