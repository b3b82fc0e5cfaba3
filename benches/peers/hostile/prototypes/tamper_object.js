// ends: held
// Makes every object carry something.
function main(arg, cap) {
  for (const start of [{}, cap, globalThis]) {
    for (let object = start; object; object = Object.getPrototypeOf(object)) {
      try {
        object.tampered = true;
      } catch {}
    }
  }
  return "held";
}
