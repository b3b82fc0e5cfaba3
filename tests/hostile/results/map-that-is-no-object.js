//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 2
// Maps whose keys decide how they are printed: the last of a million keys is no text.
export default () => { const m = new Map(); for (let i = 0; i < 200_000; i++) m.set(`k${i}`, new Map([["a", 1]])); m.set(1, 1); let x = m; for (let i = 0; i < 300; i++) x = new Map([["x", x], [1, 2]]); return x; };
