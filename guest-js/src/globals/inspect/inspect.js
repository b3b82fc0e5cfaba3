(native, internals) => {
  const { apply } = Reflect;
  const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
  const getter = (prototype, name) => getOwnPropertyDescriptor(prototype, name).get;
  const stringify = JSON.stringify;

  const mapEntries = Map.prototype.entries;
  const mapNext = getPrototypeOf(new Map().entries()).next;
  const mapSize = getter(Map.prototype, "size");
  const setValues = Set.prototype.values;
  const setNext = getPrototypeOf(new Set().values()).next;
  const setSize = getter(Set.prototype, "size");
  const { getTime, toISOString } = Date.prototype;
  const regExpSource = getter(RegExp.prototype, "source");
  const regExpFlags = getter(RegExp.prototype, "flags");
  const errorStack = getter(Error.prototype, "stack");
  const functionText = Function.prototype.toString;
  const symbolText = Symbol.prototype.toString;
  const exceptionName = getter(DOMException.prototype, "name");
  const exceptionMessage = getter(DOMException.prototype, "message");
  const viewPrototype = getPrototypeOf(Uint8Array.prototype);
  const viewLength = getter(viewPrototype, "length");
  const dataView = {
    __proto__: null,
    byteLength: getter(DataView.prototype, "byteLength"),
    byteOffset: getter(DataView.prototype, "byteOffset"),
    buffer: getter(DataView.prototype, "buffer"),
  };
  const values = {
    __proto__: null,
    Number: Number.prototype.valueOf,
    String: String.prototype.valueOf,
    Boolean: Boolean.prototype.valueOf,
    Symbol: Symbol.prototype.valueOf,
    BigInt: BigInt.prototype.valueOf,
  };
  const { parseInt, parseFloat } = globalThis;

  const take = (iterator, next, limit, pairs) => {
    const taken = [];
    for (let count = 0; count < limit; count++) {
      const { done, value } = apply(next, iterator, []);
      if (done) break;
      if (pairs) {
        taken[taken.length] = value[0];
        taken[taken.length] = value[1];
      } else {
        taken[taken.length] = value;
      }
    }
    return taken;
  };

  // The engine's own methods that printing uses, captured before a worker could replace them.
  const helpers = {
    __proto__: null,
    inspected: internals.inspected,
    toStringTag: Symbol.toStringTag,
    mapSize: (map) => apply(mapSize, map, []),
    mapEntries: (map, limit) => take(apply(mapEntries, map, []), mapNext, limit, true),
    setSize: (set) => apply(setSize, set, []),
    setValues: (set, limit) => take(apply(setValues, set, []), setNext, limit, false),
    dateText: (date) =>
      apply(getTime, date, []) === apply(getTime, date, [])
        ? apply(toISOString, date, [])
        : "Invalid Date",
    regExpText: (regExp) =>
      `/${apply(regExpSource, regExp, [])}/${apply(regExpFlags, regExp, [])}`,
    errorStack: (error) => apply(errorStack, error, []),
    exceptionName: (exception) => apply(exceptionName, exception, []),
    exceptionMessage: (exception) => apply(exceptionMessage, exception, []),
    isClass: (callable) => {
      const text = apply(functionText, callable, []);
      return text[0] + text[1] + text[2] + text[3] + text[4] === "class" && text[5] !== "(";
    },
    symbolText: (symbol) => apply(symbolText, symbol, []),
    viewLength: (view) => apply(viewLength, view, []),
    dataView: (view, name) => apply(dataView[name], view, []),
    unboxed: (kind, boxed) => apply(values[kind], boxed, []),
    shown: (method, object) => apply(method, object, []),
    integer: (text) => parseInt(text),
    float: (text) => parseFloat(text),
    json: (value) => stringify(value),
  };

  internals.helpers = helpers;
  internals.inspect = (value) => native.inspect(value, helpers);
}
