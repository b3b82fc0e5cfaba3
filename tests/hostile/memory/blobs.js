//@ outcome: exceededMemory,exception,exceededCpu
//@ args:
//@ cpu: 2
// A blob made of a thousand times another blob.
export default async () => { let b = new Blob(["x".repeat(1000)]); for (;;) b = new Blob(Array(1000).fill(b)); };
