//@ outcome: exceededCpu
//@ args:
//@ cpu: 1
// The result is a promise of a promise of a promise, without end.
const next = () => ({ then(resolve) { resolve(next()); } });
export default () => next();
