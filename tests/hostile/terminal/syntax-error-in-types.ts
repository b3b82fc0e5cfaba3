//@ outcome: loadFailed
//@ args:
//@ cpu: 1
// The same for TypeScript, whose parser quotes the text itself.
export default (): number => 1;
const a: "‮​⁠" = = 2; enum { "⁦" }
