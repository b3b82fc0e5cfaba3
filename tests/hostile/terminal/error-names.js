//@ outcome: exception
//@ args:
//@ cpu: 1
// Functions, classes and errors whose names are sequences; the stack shows all of them.
const name = "\x1b[2J\nerror: \u202ename\u200b\u{e0041}";
const f = { [name]() { throw Object.assign(new (class extends Error {})("m"), { name }); } }[name];
export default () => f();
