//@ outcome: exceededCpu,exceededMemory
//@ args:
//@ cpu: 2
// An iterator without end is spread, destructured and made into a Map.
export default () => { const endless = { *[Symbol.iterator]() { for (let i = 0; ; i++) yield [i, i]; } }; return new Map(endless).size; };
