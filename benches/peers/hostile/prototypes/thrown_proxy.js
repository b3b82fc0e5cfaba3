// ends: error
// The thrown value throws again when it is looked at.
function main() {
  throw new Proxy({}, {
    get(target, name) { throw new Error(`get ${String(name)}`); },
    getPrototypeOf() { throw new Error("getPrototypeOf"); },
  });
}
