//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// Dates from long texts and far years.
export default () => { const s = "Thu, 01 Jan 1970 00:00:00 GMT (" + "(".repeat(1 << 16); for (;;) { new Date(s); new Date(8.64e15).toString(); new Date(NaN).toLocaleString(); Date.UTC(275760, 8, 13); } };
