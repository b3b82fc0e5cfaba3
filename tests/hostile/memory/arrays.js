//@ outcome: exceededMemory
//@ args:
//@ cpu: 2
// An array that grows until something says no.
export default () => { const a = []; for (;;) a.push(new Array(1000).fill(1)); };
