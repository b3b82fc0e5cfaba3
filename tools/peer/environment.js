// What the tests take from flags of V8, which isolet has no part of.
globalThis.gc = () => {};
