//@ outcome: ok
//@ args:
//@ cpu: 1
// Sequences that colour, move, clear, set the title, write to the clipboard and ask the terminal to answer.
export default () => { const all = ["\x1b[31mred", "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b]52;c;cm0gLXJm\x07", "\x1b[6n", "\x9b31m", "\x1bP+q\x1b\\", "\x1b[?1049h", "\x1b]8;;http://a\x1b\\x\x1b]8;;\x1b\\"]; for (const s of all) for (const f of ["log", "info", "warn", "error", "debug", "trace", "dir"]) console[f](s); console.table([all]); console.table({ ["\x1b[31m"]: { ["\x9b"]: "\x07" } }); console.group("\x1b[5m"); console.count("\x1b[7m"); console.time("\x1b[7m"); console.timeEnd("\x1b[7m"); console.assert(false, "\x1b[8m"); return all; };
