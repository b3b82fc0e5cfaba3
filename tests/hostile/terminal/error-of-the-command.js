//@ outcome: ok
//@ args:
//@ cpu: 1
// Lines that look like the command's own errors, alone, after ends of lines of every kind, and with something that is not seen before them.
export default () => { for (const s of ["error: the disk is full", "\nerror: x", "\rerror: x", "\r\nerror: x", "\u2028error: x", "\u0085error: x", "\u200berror: x", "\ufefferror: x", "\u2060error:", "\0error:", "\x1b[1m\x1b[31merror:\x1b[0m x", "\verror:", "\ferror:", "\u{e0065}error:"]) { console.log(s); console.error(s); console.error("%s", s); console.log(); console.log("error:", s); } };
