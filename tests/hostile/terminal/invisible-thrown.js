//@ outcome: exception
//@ args:
//@ cpu: 1
// The same in what is thrown, which is no error but an object.
export default () => { throw { ["\u200b\u{e0041}"]: "\ufeff\u2060\u202e\x1b]0;x\x07", message: "\u200b", name: "\ufff9" }; };
