//@ outcome: exception,exceededOutput
//@ args:
//@ cpu: 2
// An error whose name, message and stack have 9 MiB each.
export default () => { const e = new Error("\u0001m".repeat(4 << 20)); e.name = "\u001bN".repeat(4 << 20); e.stack = "s\n".repeat(4 << 20); throw e; };
