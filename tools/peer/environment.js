// The globals that the tests get from flags of V8, which isolet has no part of.
globalThis.gc = () => {};
