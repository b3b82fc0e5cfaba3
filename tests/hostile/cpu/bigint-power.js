//@ outcome: ok
//@ value: "RangeError"
//@ args:
//@ cpu: 1
// A number with a thousand million digits is refused before it is made.
export default () => { try { return String(2n ** 4_000_000_000n).length; } catch (e) { return e.name; } };
