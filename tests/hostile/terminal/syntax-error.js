//@ outcome: loadFailed
//@ args:
//@ cpu: 1
// The line that does not parse is shown, with what is in it: here a comment that turns the text around.
export default () => 1;
const a = = /* ‮ ​ ⁠ error: */ 2;
