//@ outcome: ok
//@ args:
//@ cpu: 1
// Letters that are not seen, and ones that hide or reorder others.
export default () => { const all = ["\u200b", "\u200e\u200f", "\u202a\u202e", "\u2060\u2061\u2062\u2063\u2064", "\u2066\u2069", "\u206a\u206f", "\ufeff", "\ufff9\ufffa\ufffb", "\u{e0001}\u{e0020}\u{e007f}", "\u061c", "\u2028\u2029", "\x7f\x80\x85\x9f"]; for (const s of all) console.log(`a${s}b`, { [s]: s }, [s], new Map([[s, s]]), new Error(s), Symbol(s)); return Object.fromEntries(all.map((s) => [s, s])); };
