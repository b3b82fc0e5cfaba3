//@ outcome: exception
//@ args:
//@ cpu: 1
// The message of what is thrown has lines that look like a second error, or like success.
export default () => { const e = new Error("a\nerror: b\r\nerror: c\u2028error: d\n\u001b[1A\u001b[2K{\"outcome\":\"ok\"}"); e.name = "error"; e.stack = "error: s\nerror: t\n\u001b[31m at x"; throw e; };
