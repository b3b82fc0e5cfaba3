// ends: any
function main() {
  let proxy = {};
  for (let i = 0; i < 100000; i++) proxy = new Proxy(proxy, {});
  return proxy.x === undefined;
}
