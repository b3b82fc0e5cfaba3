(native, internals) => {
  const { apply } = Reflect;
  const Any = Object;
  const { asyncIterator: ASYNC, iterator: ITERATOR, toStringTag } = Symbol;
  const { defineProperty, getPrototypeOf } = Object;
  const { streams } = internals;
  const {
    list, shift, then, promise, resolved, rejected, handled, deferred, bad, buffers,
    dictionary, callback,
  } = streams;

  const illegal = () => rejected(new TypeError("Illegal invocation"));
  const released = () => new TypeError("The reader was released.");
  const LOCKED = "This ReadableStream is currently locked to a reader.";

  /** Creates a reader, which locks the stream. */
  const makeReader = (stream, byob) => {
    if (stream.reader !== undefined) bad(LOCKED);
    const reader = { __proto__: null, stream, byob, closed: deferred(), requests: list() };
    stream.reader = reader;
    if (stream.state === "closed") reader.closed.resolve(undefined);
    if (stream.state === "errored") {
      reader.closed.reject(stream.error);
      handled(reader.closed.promise);
    }
    return reader;
  };

  const release = (reader) => {
    const { stream } = reader;
    if (stream === undefined) return;
    if (stream.state !== "readable") reader.closed = deferred();
    reader.closed.reject(released());
    handled(reader.closed.promise);
    stream.controller.steps.release(stream.controller);
    stream.reader = reader.stream = undefined;
    const { requests } = reader;
    reader.requests = list();
    const error = released();
    while (requests.length > 0) shift(requests).error(error);
  };

  const read = (reader, request) => {
    const { stream } = reader;
    stream.disturbed = true;
    stream.remote = stream.whole = undefined;
    if (stream.state === "closed") request.close();
    else if (stream.state === "errored") request.error(stream.error);
    else stream.controller.steps.pull(stream.controller, request);
  };

  const readInto = (reader, view, min, request) => {
    const { stream } = reader;
    stream.disturbed = true;
    stream.remote = stream.whole = undefined;
    if (stream.state === "errored") request.error(stream.error);
    else streams.pullInto(stream.controller, view, min, request);
  };

  /** Returns a promise of the answer to a request. */
  const asking = (ask) =>
    promise((resolve, reject) => ask({
      chunk: (value) => resolve({ value, done: false }),
      close: (value) => resolve({ value, done: true }),
      error: reject,
    }));

  streams.lock = (stream) => makeReader(stream, false);
  streams.lockBytes = (stream) => makeReader(stream, true);
  streams.release = release;
  streams.readWith = read;
  streams.readIntoWith = readInto;
  /** Returns the next chunk in the form that `read()` returns. */
  streams.next = (reader) => asking((request) => read(reader, request));
  streams.LOCKED = LOCKED;

  const cancelReader = (reader, reason) =>
    reader.stream === undefined ? rejected(released()) : streams.cancelReadable(reader.stream, reason);

  class ReadableStreamDefaultReader {
    #it;

    constructor(stream) {
      const it = recordOf(stream) ?? bad("The reader needs a ReadableStream.");
      this.#it = makeReader(it, false);
    }

    get closed() {
      return #it in Any(this) ? this.#it.closed.promise : illegal();
    }

    cancel(reason = undefined) {
      return #it in Any(this) ? cancelReader(this.#it, reason) : illegal();
    }

    read() {
      if (!(#it in Any(this))) return illegal();
      if (this.#it.stream === undefined) return rejected(released());
      return asking((request) => read(this.#it, request));
    }

    releaseLock() {
      release(this.#it);
    }
  }
  internals.interface(ReadableStreamDefaultReader);

  class ReadableStreamBYOBReader {
    #it;

    constructor(stream) {
      const it = recordOf(stream) ?? bad("The reader needs a ReadableStream.");
      if (!streams.isBytes(it)) bad("A BYOB reader needs a stream of bytes.");
      this.#it = makeReader(it, true);
    }

    get closed() {
      return #it in Any(this) ? this.#it.closed.promise : illegal();
    }

    cancel(reason = undefined) {
      return #it in Any(this) ? cancelReader(this.#it, reason) : illegal();
    }

    read(view, options = undefined) {
      if (!(#it in Any(this))) return illegal();
      try {
        if (!buffers.isView(view)) bad("read() needs a view of an ArrayBuffer.");
        const { min: given = 1 } = dictionary(options, "The options");
        const min = +given;
        const { buffer, length } = buffers.placeOf(view);
        if (length === 0 || buffers.lengthOf(buffer) === 0) bad("The view must not be empty.");
        if (buffers.isDetached(buffer)) bad("The buffer of the view is detached.");
        if (!(min >= 1)) bad("The option 'min' must be positive.");
        if (min > length / buffers.kindOf(view).size) {
          throw new RangeError("The option 'min' is more than the view has room for.");
        }
        if (this.#it.stream === undefined) throw released();
        return asking((request) => readInto(this.#it, view, min - (min % 1), request));
      } catch (error) {
        return rejected(error);
      }
    }

    releaseLock() {
      release(this.#it);
    }
  }
  internals.interface(ReadableStreamBYOBReader);

  // Marks a stream made by this script, whose record is already valid.
  const MADE = {};
  let recordOf;
  let swap;

  class ReadableStream {
    #it;

    constructor(source = undefined, strategy = undefined, made = undefined) {
      if (made === MADE) {
        this.#it = source;
        return;
      }
      const given = streams.given(source, "The source of a stream");
      const { type } = given;
      const isBytes = type !== undefined;
      if (isBytes && `${type}` !== "bytes") {
        bad("The type of a stream must be \"bytes\" or undefined.");
      }
      const { mark, size } = streams.strategy(strategy, isBytes ? 0 : 1);
      const calls = {
        cancel: callback(given.cancel, "The source's cancel"),
        pull: callback(given.pull, "The source's pull"),
        start: callback(given.start, "The source's start"),
      };
      const stream = streams.newReadable();
      let controller;
      if (isBytes) {
        if (size !== undefined) throw new RangeError("A stream of bytes takes no size.");
        const automatic = given.autoAllocateChunkSize;
        const length = automatic === undefined ? undefined : +automatic - (+automatic % 1);
        if (length !== undefined && !(length > 0)) bad("The autoAllocateChunkSize must be positive.");
        controller = streams.newByteController(mark, length);
      } else {
        controller = streams.newDefaultController(mark, size ?? streams.one);
      }
      const { start, pull, cancel } = streams.algorithms(source, calls, controller.face);
      controller.pull = pull;
      controller.cancel = cancel;
      this.#it = stream;
      streams.begin(stream, controller, start);
    }

    static {
      recordOf = (value) =>
        value !== null && typeof value === "object" && #it in value ? value.#it : undefined;
      swap = (stream, it) => {
        const old = stream.#it;
        stream.#it = it;
        return old;
      };
    }

    static from(iterable) {
      return face(fromIterable(iterable));
    }

    get locked() {
      return this.#it.reader !== undefined;
    }

    cancel(reason = undefined) {
      if (!(#it in Any(this))) return illegal();
      if (this.#it.reader !== undefined) return rejected(new TypeError(LOCKED));
      return streams.cancelReadable(this.#it, reason);
    }

    getReader(options = undefined) {
      this.#it;
      const { mode } = dictionary(options, "The options");
      if (mode === undefined) return new ReadableStreamDefaultReader(this);
      if (`${mode}` !== "byob") bad("The mode of a reader must be \"byob\" or undefined.");
      return new ReadableStreamBYOBReader(this);
    }

    pipeThrough(transform, options = undefined) {
      const source = this.#it;
      const NEEDS = "pipeThrough() needs a writable and a readable.";
      const given = dictionary(transform, "The transform");
      const { readable } = given;
      if (recordOf(readable) === undefined) bad(NEEDS);
      const target = streams.writableOf(given.writable) ?? bad(NEEDS);
      const how = streams.pipeOptions(options);
      if (source.reader !== undefined) bad(LOCKED);
      if (target.writer !== undefined) bad(streams.LOCKED_SINK);
      handled(streams.pipe(source, target, how));
      return readable;
    }

    pipeTo(destination, options = undefined) {
      if (!(#it in Any(this))) return illegal();
      try {
        const target = streams.writableOf(destination) ?? bad("pipeTo() needs a WritableStream.");
        const how = streams.pipeOptions(options);
        if (this.#it.reader !== undefined) bad(LOCKED);
        if (target.writer !== undefined) bad(streams.LOCKED_SINK);
        return streams.pipe(this.#it, target, how);
      } catch (error) {
        return rejected(error);
      }
    }

    tee() {
      const branches = streams.tee(this.#it);
      return [face(branches[0]), face(branches[1])];
    }

    values(options = undefined) {
      this.#it;
      const { preventCancel } = dictionary(options, "The options");
      return new Iteration(makeReader(this.#it, false), !!preventCancel);
    }

    [internals.inspected]() {
      const { state, reader } = this.#it;
      return { locked: reader !== undefined, state, supportsBYOB: streams.isBytes(this.#it) };
    }
  }
  internals.interface(ReadableStream);
  defineProperty(ReadableStream.prototype, ASYNC, {
    value: ReadableStream.prototype.values, writable: true, configurable: true,
  });

  const face = (it) => new ReadableStream(it, undefined, MADE);
  streams.readableOf = recordOf;
  streams.readableFace = face;

  /** Takes a stream away from its holder, to whom it looks like one that is being piped. */
  streams.takeReadable = (stream) => {
    const it = recordOf(stream);
    if (it.reader !== undefined) bad(LOCKED);
    const empty = streams.makeReadable({ mark: 0 });
    empty.disturbed = true;
    empty.reader = makeReader(empty, false);
    swap(stream, empty);
    return it;
  };

  class Iteration {
    #reader;
    #keeps;
    #ongoing;
    #done = false;

    constructor(reader, keeps) {
      this.#reader = reader;
      this.#keeps = keeps;
    }

    #after(step) {
      const ongoing = this.#ongoing;
      const next = ongoing === undefined ? then(step(), undefined) : then(ongoing, step, step);
      const over = () => {
        if (this.#ongoing === next) this.#ongoing = undefined;
      };
      this.#ongoing = next;
      then(next, over, over);
      return next;
    }

    #next() {
      if (this.#done) return resolved({ value: undefined, done: true });
      const reader = this.#reader;
      return promise((resolve, reject) => read(reader, {
        chunk: (value) => resolve({ value, done: false }),
        close: () => {
          this.#done = true;
          release(reader);
          resolve({ value: undefined, done: true });
        },
        error: (error) => {
          this.#done = true;
          release(reader);
          reject(error);
        },
      }));
    }

    #return(value) {
      const end = { value, done: true };
      if (this.#done) return resolved(end);
      this.#done = true;
      const reader = this.#reader;
      const cancelled = this.#keeps ? resolved() : streams.cancelReadable(reader.stream, value);
      release(reader);
      return then(cancelled, () => end);
    }

    next() {
      return #done in Any(this) ? this.#after(() => this.#next()) : illegal();
    }

    return(value) {
      return #done in Any(this) ? this.#after(() => this.#return(value)) : illegal();
    }
  }

  const asyncIterators = getPrototypeOf(getPrototypeOf((async function* () {}).prototype));
  Object.setPrototypeOf(Iteration.prototype, asyncIterators);
  delete Iteration.prototype.constructor;
  defineProperty(Iteration.prototype, "next", { enumerable: true });
  defineProperty(Iteration.prototype, "return", { enumerable: true });
  defineProperty(Iteration.prototype, toStringTag, {
    value: "ReadableStream AsyncIterator", configurable: true,
  });

  const fromIterable = (iterable) => {
    if (iterable === null || iterable === undefined) bad("from() needs something that can be iterated.");
    const async = iterable[ASYNC];
    const method = async ?? iterable[ITERATOR];
    if (typeof method !== "function") bad("from() needs something that can be iterated.");
    const iterator = apply(method, iterable, []);
    if (iterator === null || typeof iterator !== "object") bad("The iterator must be an object.");
    const { next } = iterator;
    const isSync = async === undefined || async === null;
    let stream;
    const isObject = (value) =>
      (typeof value === "object" && value !== null) || typeof value === "function";
    const pull = async () => {
      const result = await apply(next, iterator, []);
      if (!isObject(result)) bad("What an iterator tells must be an object.");
      if (result.done) stream.controller.steps.close(stream.controller);
      else stream.controller.steps.enqueue(stream.controller, isSync ? await result.value : result.value);
    };
    const cancel = async (reason) => {
      const end = iterator.return;
      if (end === undefined || end === null) return;
      const result = await apply(end, iterator, [reason]);
      if (!isObject(result)) bad("What an iterator tells must be an object.");
    };
    return (stream = streams.makeReadable({ pull, cancel, mark: 0 }));
  };
}
