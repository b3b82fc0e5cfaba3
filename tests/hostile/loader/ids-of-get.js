//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A hundred thousand ids, and ids of a mebibyte, whose workers are never called.
export default async (a, env) => {
  const code = () => ({ mainModule: "m.js", modules: { "m.js": "export default {}" } });
  for (let i = 0; i < 500; i++) { env.LOADER.get("x".repeat((1 << 20) - 16) + i, code); if (i % 20 === 0) await new Promise((r) => setTimeout(r, 0)); }
  for (let i = 0; i < 9000; i++) { env.LOADER.get(`${i}`, code); if (i % 500 === 0) await new Promise((r) => setTimeout(r, 0)); }
};
