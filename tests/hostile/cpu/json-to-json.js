//@ outcome: ok,exceededCpu
//@ value: "RangeError"
//@ args:
//@ cpu: 1
// Each `toJSON` returns a new object with another one inside: the stack ends it, or the fuel.
const nest = () => ({ x: { toJSON: nest } });
export default () => { try { JSON.stringify(nest()); } catch (e) { return e.name; } };
