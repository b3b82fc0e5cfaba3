//@ outcome: ok,exceededOutput,exception
//@ args:
//@ cpu: 2
// Deep in Maps whose keys are Maps, Sets, causes of errors and boxed values.
export default () => { let x = Object(1); for (let i = 0; i < 100_000; i++) x = [() => new Map([[x, x]]), () => new Set([x]), () => new Error("e", { cause: x }), () => ({ x })][i % 4](); return x; };
