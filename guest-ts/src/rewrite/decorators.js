function $decorate(descriptor, decorators, context, initializers, extra) {
  const { kind } = context;
  const callable = (it) => {
    if (it !== undefined && typeof it !== "function") throw new TypeError("Function expected");
    return it;
  };
  const slot = kind === "getter" ? "get" : kind === "setter" ? "set" : "value";
  let done = false;
  for (let i = decorators.length - 1; i >= 0; i--) {
    const own = { ...context };
    if (context.access) own.access = { ...context.access };
    own.addInitializer = (it) => {
      if (done) throw new TypeError("Cannot add initializers after decoration has completed");
      extra[extra.length] = callable(it || null);
    };
    const value =
      kind === "accessor" ? { get: descriptor.get, set: descriptor.set } : descriptor[slot];
    const result = (0, decorators[i])(value, own);
    if (kind === "accessor") {
      if (result === undefined) continue;
      if (result === null || typeof result !== "object") throw new TypeError("Object expected");
      descriptor.get = callable(result.get) || descriptor.get;
      descriptor.set = callable(result.set) || descriptor.set;
      if (callable(result.init)) initializers.unshift(result.init);
    } else if (callable(result)) {
      if (kind === "field") initializers.unshift(result);
      else descriptor[slot] = result;
    }
  }
  done = true;
  return descriptor;
}
function $member(holder, decorators, context, initializers, extra) {
  const descriptor = Object.getOwnPropertyDescriptor(holder, context.name);
  Object.defineProperty(
    holder,
    context.name,
    $decorate(descriptor, decorators, context, initializers, extra),
  );
}
function $method(target, name, object) {
  Object.setPrototypeOf(object, Object.getPrototypeOf(target));
  return Object.getOwnPropertyDescriptor(object, name);
}
function $init(self, initializers, value) {
  for (let i = 0; i < initializers.length; i++) value = initializers[i].call(self, value);
  return value;
}
function $extra(self, initializers) {
  for (let i = 0; i < initializers.length; i++) initializers[i].call(self);
}
function $key(key) {
  return typeof key === "symbol" ? key : `${key}`;
}
function $metadata(parent) {
  if (typeof Symbol === "function" && Symbol.metadata)
    return Object.create((parent && parent[Symbol.metadata]) ?? null);
}
function $publish(target, value) {
  if (value)
    Object.defineProperty(target, Symbol.metadata, {
      enumerable: true,
      configurable: true,
      writable: true,
      value,
    });
}
function $super(original, key, self) {
  const parent = Object.getPrototypeOf(original);
  return {
    get value() {
      return Reflect.get(parent, key, self);
    },
    set value(value) {
      if (!Reflect.set(parent, key, value, self))
        throw new TypeError(`Cannot assign to '${String(key)}'`);
    },
  };
}
