//@ outcome: exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 1
// Four thousand million holes are joined, searched and reversed.
export default () => { const a = []; a.length = 2 ** 32 - 1; a.indexOf(1); a.reverse(); return a.join("").length; };
