//@ outcome: ok
//@ args: --loader LOADER
//@ value: "fine"
//@ cpu: 1
// Ids that differ only in what UTF-8 cannot say, or look alike, are different workers.
export default async (a, env) => {
  const ids = ["\ud800", "\ud801", "\ufffd", "é", "e\u0301", "", " ", "a\0b", "a\0", "__proto__", "constructor", "undefined", "null"];
  for (const id of ids) {
    let got; try { got = await env.LOADER.get(id, () => ({ mainModule: "m.js", modules: { "m.js": `export default { f: () => ${JSON.stringify(id)} }` } })).getEntrypoint().f(); } catch { continue; }
    if (got !== id) return `${JSON.stringify(id)} got ${JSON.stringify(got)}`;
  }
  return "fine";
};
