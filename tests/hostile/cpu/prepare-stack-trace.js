//@ outcome: ok,exception,exceededCpu
//@ args:
//@ cpu: 1
// The hook that formats stacks makes errors itself.
Error.prepareStackTrace = (e, frames) => new Error("again").stack + frames.length;
export default () => String(new Error("first").stack).length > 0;
