//@ outcome: ok,exceededOutput,exceededCpu,exceededMemory,exception
//@ args:
//@ cpu: 2
// Each getter returns a new object with a getter.
const next = () => ({ get x() { return next(); } });
export default () => next();
