//@ outcome: ok,exceededOutput,exceededCpu
//@ args: --fuel 500000000
//@ cpu: 1
//@ log: 2
// Getters, proxies, names and tags that throw, log or spin while they are printed.
export default () => {
  const spin = () => { for (;;); }, boom = () => { throw { toString: boom }; };
  console.log(new Proxy({}, { get: boom, ownKeys: boom, getPrototypeOf: boom, has: boom }), new Proxy(function () {}, { get: boom }), { get [Symbol.toStringTag]() { return boom(); } }, Object.defineProperty(() => 1, "name", { value: {} }));
  class X extends Error { get stack() { console.log(new X()); return boom(); } get message() { return boom(); } get name() { return boom(); } }
  console.log(new X()); console.error(Object.create(null)); console.log(Object.setPrototypeOf(new Date(NaN), null)); console.log({ get x() { return spin(); } }, { toJSON: spin }, { [Symbol.toPrimitive]: spin });
};
