//@ outcome: ok,exceededCpu
//@ args:
//@ cpu: 1
// A frame's name is looked for on what the function was called on.
const wide = {};
for (let i = 0; i < 50_000; i++) wide["p" + i] = i;
let deep = wide;
for (let i = 0; i < 20_000; i++) deep = Object.create(deep);
const fail = [function () { return new Error("x"); }][0];
export default () => {
  let length = 0;
  for (let i = 0; i < 1000; i++) length += fail.call(deep).stack.length + fail.call(wide).stack.length;
  return length > 0;
};
