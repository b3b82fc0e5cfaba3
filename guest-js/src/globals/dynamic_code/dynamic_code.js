(native, internals) => {
  const { defineProperty, getPrototypeOf, setPrototypeOf } = Object;
  const EvalError = globalThis.EvalError;

  const refuse = () => {
    throw new EvalError("Code generation from strings disallowed for this context");
  };
  const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });

  const constructor = (prototype) => {
    const replacement = function () {
      return refuse();
    };
    const { name } = prototype.constructor;
    defineProperty(replacement, "name", { value: name, configurable: true });
    defineProperty(replacement, "length", { value: 1, configurable: true });
    defineProperty(replacement, "prototype", { value: prototype, writable: false });
    return replacement;
  };

  const prototypes = [
    getPrototypeOf(function () {}),
    getPrototypeOf(async function () {}),
    getPrototypeOf(function* () {}),
    getPrototypeOf(async function* () {}),
  ];
  const base = constructor(prototypes[0]);

  internals.forbidDynamicCode = () => {
    const refusing = { eval: (source) => refuse() };
    defineProperty(globalThis, "eval", hidden(refusing.eval));
    defineProperty(globalThis, "Function", hidden(base));
    defineProperty(prototypes[0], "constructor", hidden(base));
    for (let index = 1; index < 4; index++) {
      const replacement = constructor(prototypes[index]);
      // The original's prototype is the original `Function`.
      setPrototypeOf(replacement, base);
      defineProperty(prototypes[index], "constructor", { value: replacement });
    }
  };
}
