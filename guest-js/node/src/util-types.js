// util.types: the engine says of what class an object is, whatever the object says.
"use strict";

const { classOf } = native;
const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { isView } = ArrayBuffer;
const tagOf = getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const codeOf = Function.prototype.toString;

const is = (...names) => {
  const known = new Set(names);
  return (value) => (typeof value === "object" || typeof value === "function") && known.has(classOf(value));
};
const typed = (name) => (value) => isView(value) && apply(tagOf, value, []) === name;

const types = {
  isExternal: () => false,
  isDate: is("Date"),
  isArgumentsObject: is("Arguments", "MappedArguments"),
  isBigIntObject: is("BigInt"),
  isBooleanObject: is("Boolean"),
  isNumberObject: is("Number"),
  isStringObject: is("String"),
  isSymbolObject: is("Symbol"),
  isBoxedPrimitive: is("BigInt", "Boolean", "Number", "String", "Symbol"),
  isNativeError: is("Error"),
  isRegExp: is("RegExp"),
  isAsyncFunction: is("AsyncFunction", "AsyncGeneratorFunction"),
  isGeneratorFunction: is("GeneratorFunction", "AsyncGeneratorFunction"),
  isGeneratorObject: is("Generator", "AsyncGenerator"),
  isPromise: is("Promise"),
  isMap: is("Map"),
  isSet: is("Set"),
  isMapIterator: is("Map Iterator"),
  isSetIterator: is("Set Iterator"),
  isWeakMap: is("WeakMap"),
  isWeakSet: is("WeakSet"),
  isArrayBuffer: is("ArrayBuffer"),
  isDataView: is("DataView"),
  isSharedArrayBuffer: is("SharedArrayBuffer"),
  isProxy: is("Proxy"),
  isModuleNamespaceObject: is("Module"),
  isAnyArrayBuffer: is("ArrayBuffer", "SharedArrayBuffer"),
  isCryptoKey: (value) => typeof CryptoKey === "function" && value instanceof CryptoKey,
  isKeyObject: () => false,
  isEventTarget: (value) => value instanceof EventTarget,
};
types.isArrayBufferView = isView;
types.isTypedArray = (value) => isView(value) && apply(tagOf, value, []) !== undefined;
for (const name of [
  "Uint8Array", "Uint8ClampedArray", "Uint16Array", "Uint32Array", "Int8Array", "Int16Array", "Int32Array",
  "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array",
]) {
  types[`is${name}`] = typed(name);
}
types.isClass = (value) => typeof value === "function" && /^class\b/.test(apply(codeOf, value, []));
delete types.isClass;

module.exports = types;
