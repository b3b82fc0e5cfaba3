//@ outcome: ok,exceededOutput
//@ args:
//@ cpu: 4
// Four million numbers that take the most letters.
export default () => new Float64Array(31 << 17).fill(-1.2345678901234567e-300);
