//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 1
// The function that revives adds to the array that it walks.
export default () => JSON.parse("[1]", function (k, v) { if (Array.isArray(this)) this.push([1, 2, 3]); return k === "0" ? [[1], [2], [3], [4]].map(x => [x, x]) : v; }) && (() => { for (;;) JSON.parse("[".repeat(500) + "]".repeat(500), (k, v) => [v, v].flat(Infinity)); })();
