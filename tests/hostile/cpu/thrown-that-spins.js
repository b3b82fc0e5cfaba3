//@ outcome: exceededCpu,exception
//@ args: --fuel 300000000
//@ cpu: 1
// The thrown value spins when anybody asks for its message, name, stack or text.
const spin = () => { for (;;); };
export default () => { throw Object.defineProperties(new Error("x"), Object.fromEntries(["message", "name", "stack", "cause", "toString", "toJSON"].map((k) => [k, { get: spin, enumerable: true }]))); };
