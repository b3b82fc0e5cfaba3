//@ outcome: exception,exceededOutput
//@ args:
//@ cpu: 2
// The module itself throws twelve mebibytes before anything is called.
throw Object.assign(new Error("\u001bm".repeat(4 << 20)), { cause: "c".repeat(4 << 20) });
