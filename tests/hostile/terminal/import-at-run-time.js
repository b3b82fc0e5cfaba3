//@ outcome: exception
//@ args:
//@ cpu: 1
// The same with import(), and with names of a mebibyte.
export default async () => { await import("./" + "x".repeat(1 << 20) + ".js").catch(() => 0); await import("./\x1b[2J\nerror: \u202e\u200b\r.js"); };
