// ends: any
// The argument runs code when the host looks at it.
async function main(arg, cap) {
  return cap({ valueOf() { for (;;) {} }, toString() { for (;;) {} }, [Symbol.toPrimitive]() { for (;;) {} } });
}
