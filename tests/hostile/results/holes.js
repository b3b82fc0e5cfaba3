//@ outcome: ok,exceededOutput,exception
//@ args:
//@ cpu: 2
// A list of four thousand million holes, a thousand times.
export default () => { const a = []; a.length = 2 ** 32 - 1; return Array.from({ length: 1000 }, () => { const b = []; b.length = 2 ** 32 - 2; return b; }).concat([a]); };
