//@ outcome: limit,exception
//@ args: --timeout 10s
//@ cpu: 3
// Each half is divided again, and again.
export default async () => { let all = [new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1000)); } })]; for (;;) all = all.flatMap((s) => s.tee()); };
