//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// Text to bytes to base64 and back, 8 MiB at a time.
export default () => { const s = "é€😀".repeat(300_000); for (;;) { const b = new TextEncoder().encode(s); new TextDecoder().decode(b); atob(btoa("x".repeat(1 << 20))); new TextDecoder("utf-16le").decode(b.subarray(0, b.length & ~1)); } };
