// ends: any
function main() {
  return new Proxy({}, {
    get() { throw new Error("get"); },
    ownKeys() { throw new Error("ownKeys"); },
    getPrototypeOf() { throw new Error("getPrototypeOf"); },
  });
}
