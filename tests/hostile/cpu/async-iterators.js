//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// An asynchronous iterator whose `return` never answers and whose `next` always does.
export default async () => { for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({ value: 1, done: false }), return: () => new Promise(() => {}) }) }) if (x === 2) break; };
