(native, internals) => {
  const { apply } = Reflect;
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { promiseThen, promiseResolve } = internals;
  const { isView } = ArrayBuffer;
  const [Promised, Bytes, View] = [Promise, Uint8Array, DataView];
  const getter = (prototype, name) => getOwnPropertyDescriptor(prototype, name).get;
  const typed = getPrototypeOf(Uint8Array.prototype);
  const tagOf = getter(typed, Symbol.toStringTag);
  const ofTyped = {
    buffer: getter(typed, "buffer"),
    offset: getter(typed, "byteOffset"),
    length: getter(typed, "byteLength"),
  };
  const ofDataView = {
    buffer: getter(DataView.prototype, "buffer"),
    offset: getter(DataView.prototype, "byteOffset"),
    length: getter(DataView.prototype, "byteLength"),
  };
  const bufferLength = getter(ArrayBuffer.prototype, "byteLength");
  const isDetached = getter(ArrayBuffer.prototype, "detached");
  const { transfer, slice } = ArrayBuffer.prototype;
  const { set: copyInto } = typed;
  const kinds = { __proto__: null };
  for (const Kind of [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
    BigInt64Array, BigUint64Array, Float32Array, Float64Array, globalThis.Float16Array,
  ]) {
    if (Kind !== undefined) kinds[Kind.name] = Kind;
  }
  const bad = (text) => {
    throw new TypeError(text);
  };

  /** The functions that the files of the streams share. */
  const streams = (internals.streams = { __proto__: null });

  streams.nothing = () => {};
  streams.bad = bad;
  streams.resolved = promiseResolve;
  streams.rejected = (reason) => new Promised((_, reject) => reject(reason));
  streams.promise = (start) => new Promised(start);
  streams.then = (promise, done, failed = undefined) => apply(promiseThen, promise, [done, failed]);

  /** Marks a promise as handled, so that its rejection is not reported. */
  streams.handled = (promise) => {
    apply(promiseThen, promise, [undefined, streams.nothing]);
    return promise;
  };

  streams.deferred = () => {
    const it = { __proto__: null, promise: undefined, resolve: undefined, reject: undefined };
    it.promise = new Promised((resolve, reject) => {
      it.resolve = resolve;
      it.reject = reject;
    });
    return it;
  };

  /** Returns a promise of what a program's callback returns or throws. */
  streams.promised = (callback, self, args) => {
    try {
      return promiseResolve(apply(callback, self, args));
    } catch (error) {
      return streams.rejected(error);
    }
  };

  // Linked lists that are taken from at the front.
  streams.list = () => ({ __proto__: null, head: undefined, tail: undefined, length: 0 });
  streams.push = (list, value) => {
    const node = { __proto__: null, value, next: undefined };
    if (list.tail === undefined) list.head = node;
    else list.tail.next = node;
    list.tail = node;
    list.length++;
  };
  streams.shift = (list) => {
    const node = list.head;
    list.head = node.next;
    if (list.head === undefined) list.tail = undefined;
    list.length--;
    return node.value;
  };
  streams.clear = (list) => {
    list.head = list.tail = undefined;
    list.length = 0;
  };

  const NONE = Object.freeze({ __proto__: null });
  /** Checks a Web IDL dictionary. */
  streams.dictionary = (value, what) => {
    if (value === undefined || value === null) return NONE;
    if (typeof value !== "object" && typeof value !== "function") bad(`${what} must be an object.`);
    return value;
  };
  /** Checks an object that may be left out. */
  streams.given = (value, what) => {
    if (value === undefined) return NONE;
    if (value === null || (typeof value !== "object" && typeof value !== "function")) {
      bad(`${what} must be an object.`);
    }
    return value;
  };
  streams.callback = (value, what) => {
    if (value !== undefined && typeof value !== "function") bad(`${what} must be a function.`);
    return value;
  };

  /** Reads a queuing strategy that a program gives. */
  streams.strategy = (strategy, highWaterMark) => {
    const { highWaterMark: given, size } = streams.dictionary(strategy, "The strategy");
    const mark = given === undefined ? undefined : +given;
    streams.callback(size, "The strategy's size");
    if (mark !== undefined && !(mark >= 0)) {
      throw new RangeError("The highWaterMark must be a number that is not negative.");
    }
    return { mark: mark ?? highWaterMark, size };
  };
  streams.one = () => 1;

  /** Returns the class of a view and the size of its elements in bytes. */
  const kindOf = (view) => {
    const name = apply(tagOf, view, []);
    const Kind = name === undefined ? View : kinds[name];
    return { Kind, size: name === undefined ? 1 : Kind.BYTES_PER_ELEMENT };
  };

  streams.buffers = {
    isView,
    kindOf,
    /** Returns the buffer of a view, and the view's offset and length in it. */
    placeOf(view) {
      const of = apply(tagOf, view, []) === undefined ? ofDataView : ofTyped;
      return {
        buffer: apply(of.buffer, view, []),
        offset: apply(of.offset, view, []),
        length: apply(of.length, view, []),
      };
    },
    bufferOf: (view) => apply(apply(tagOf, view, []) === undefined ? ofDataView.buffer : ofTyped.buffer, view, []),
    lengthOf: (buffer) => apply(bufferLength, buffer, []),
    isBuffer(value) {
      try {
        apply(bufferLength, value, []);
        return true;
      } catch {
        return false;
      }
    },
    isDetached: (buffer) => apply(isDetached, buffer, []),
    transfer(buffer) {
      if (apply(isDetached, buffer, [])) bad("The buffer is detached.");
      return apply(transfer, buffer, []);
    },
    slice: (buffer, from, to) => apply(slice, buffer, [from, to]),
    copy(into, at, buffer, offset, length) {
      apply(copyInto, new Bytes(into, at, length), [new Bytes(buffer, offset, length)]);
    },
    bytes: (buffer, offset, length) => new Bytes(buffer, offset, length),
  };

  const markOf = (init, what) => {
    const { highWaterMark } = streams.dictionary(init, "The argument");
    return highWaterMark === undefined ? bad(`new ${what}() needs a highWaterMark.`) : +highWaterMark;
  };
  const { byteSize } = { byteSize: { size: (chunk) => chunk.byteLength }.size };
  const { countSize } = { countSize: { size: () => 1 }.size };

  class ByteLengthQueuingStrategy {
    #mark;

    constructor(init) {
      this.#mark = markOf(init, "ByteLengthQueuingStrategy");
    }

    get highWaterMark() {
      return this.#mark;
    }

    get size() {
      this.#mark;
      return byteSize;
    }
  }

  class CountQueuingStrategy {
    #mark;

    constructor(init) {
      this.#mark = markOf(init, "CountQueuingStrategy");
    }

    get highWaterMark() {
      return this.#mark;
    }

    get size() {
      this.#mark;
      return countSize;
    }
  }

  internals.interface(ByteLengthQueuingStrategy);
  internals.interface(CountQueuingStrategy);
}
