//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 2
//@ log: 4
// Compatibility flags that nobody knows, each of which is a warning in the log with its name.
export default (a, env) => { env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "" }, compatibilityFlags: Array(100_000).fill("\x1b[31merror:\n" + "f".repeat(1000)) }); };
