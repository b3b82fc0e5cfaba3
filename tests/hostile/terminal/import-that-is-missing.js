//@ outcome: loadFailed
//@ args:
//@ cpu: 1
// The module that is not there has a name made of sequences.
import "./\x1b[2J\u202e\u200b\u{e0041}\r.js";
export default () => 1;
