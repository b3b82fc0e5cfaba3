//@ outcome: ok
//@ args:
//@ cpu: 1
// Halves of letters in logs, keys and results: what is printed must be UTF-8 all the same.
export default () => { const s = "\ud800a\udc00\udbff"; console.log(s, { [s]: s }, [s]); console.error(s.repeat(1000)); return { [s]: [s, new Error(s), new Map([[s, s]]), new RegExp("a\ud800")] }; };
