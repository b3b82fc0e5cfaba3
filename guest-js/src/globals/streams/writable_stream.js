(native, internals) => {
  const { apply } = Reflect;
  const Any = Object;
  const { streams } = internals;
  const {
    push, promised, resolved, rejected, handled, deferred, bad, callback, advance, press,
    rejectReady, rejectClosed, closeQueuedOrInFlight, LOCKED_SINK: LOCKED,
  } = streams;
  const errorIfNeeded = streams.errorWritable;
  const desiredSize = ({ mark, total }) => mark - total;
  const illegal = () => rejected(new TypeError("Illegal invocation"));
  const released = () => new TypeError("The writer was released.");

  /** Creates a writer, which locks the stream. */
  const makeWriter = (stream) => {
    if (stream.writer !== undefined) bad(LOCKED);
    const { state } = stream;
    const writer = {
      __proto__: null, stream, ready: deferred(), settled: true, closed: deferred(), over: true,
    };
    stream.writer = writer;
    if (state === "writable") {
      writer.over = false;
      if (!closeQueuedOrInFlight(stream) && stream.pressed) writer.settled = false;
      else writer.ready.resolve(undefined);
    } else if (state === "erroring") {
      writer.over = false;
      writer.ready.reject(stream.error);
      handled(writer.ready.promise);
    } else if (state === "closed") {
      writer.ready.resolve(undefined);
      writer.closed.resolve(undefined);
    } else {
      writer.ready.reject(stream.error);
      writer.closed.reject(stream.error);
      handled(writer.ready.promise);
      handled(writer.closed.promise);
    }
    return writer;
  };

  const releaseWriter = (writer) => {
    const { stream } = writer;
    if (stream === undefined) return;
    const error = released();
    rejectReady(writer, error);
    rejectClosed(writer, error);
    stream.writer = writer.stream = undefined;
  };

  const write = (writer, chunk) => {
    const { stream } = writer;
    const { controller } = stream;
    let weight;
    if (stream.state === "writable") {
      try {
        const { size } = controller;
        weight = size(chunk);
      } catch (error) {
        errorIfNeeded(controller, error);
        weight = 1;
      }
    } else {
      weight = 1;
    }
    if (stream !== writer.stream) return rejected(released());
    if (stream.state === "errored") return rejected(stream.error);
    if (closeQueuedOrInFlight(stream) || stream.state === "closed") {
      return rejected(new TypeError("The stream is closing or closed and cannot be written to."));
    }
    if (stream.state === "erroring") return rejected(stream.error);
    stream.remote = undefined;
    const request = deferred();
    push(stream.requests, request);
    try {
      streams.enqueueSized(controller, chunk, weight);
    } catch (error) {
      errorIfNeeded(controller, error);
      return request.promise;
    }
    if (!closeQueuedOrInFlight(stream) && stream.state === "writable") {
      press(stream, desiredSize(controller) <= 0);
    }
    advance(controller);
    return request.promise;
  };

  const writerSize = ({ stream }) =>
    stream.state === "errored" || stream.state === "erroring" ? null
    : stream.state === "closed" ? 0
    : desiredSize(stream.controller);

  streams.lockWritable = makeWriter;
  streams.releaseWriter = releaseWriter;
  streams.writeWith = write;
  streams.writerSize = writerSize;

  const closeChecked = (stream) =>
    closeQueuedOrInFlight(stream)
      ? rejected(new TypeError("The stream is closing already."))
      : streams.closeWritable(stream);
  streams.closeChecked = closeChecked;

  class WritableStreamDefaultWriter {
    #it;

    constructor(stream) {
      this.#it = makeWriter(recordOf(stream) ?? bad("The writer needs a WritableStream."));
    }

    get closed() {
      return #it in Any(this) ? this.#it.closed.promise : illegal();
    }

    get desiredSize() {
      const writer = this.#it;
      return writer.stream === undefined ? bad("The writer was released.") : writerSize(writer);
    }

    get ready() {
      return #it in Any(this) ? this.#it.ready.promise : illegal();
    }

    abort(reason = undefined) {
      if (!(#it in Any(this))) return illegal();
      const { stream } = this.#it;
      return stream === undefined ? rejected(released()) : streams.abortWritable(stream, reason);
    }

    close() {
      if (!(#it in Any(this))) return illegal();
      const { stream } = this.#it;
      return stream === undefined ? rejected(released()) : closeChecked(stream);
    }

    releaseLock() {
      releaseWriter(this.#it);
    }

    write(chunk = undefined) {
      if (!(#it in Any(this))) return illegal();
      return this.#it.stream === undefined ? rejected(released()) : write(this.#it, chunk);
    }
  }
  internals.interface(WritableStreamDefaultWriter);

  const MADE = {};
  let recordOf;
  let swap;

  class WritableStream {
    #it;

    constructor(sink = undefined, strategy = undefined, made = undefined) {
      if (made === MADE) {
        this.#it = sink;
        return;
      }
      const given = streams.given(sink, "The sink of a stream");
      const { mark, size } = streams.strategy(strategy, 1);
      const abort = callback(given.abort, "The sink's abort");
      const close = callback(given.close, "The sink's close");
      const start = callback(given.start, "The sink's start");
      if (given.type !== undefined) throw new RangeError("The type of a sink must be undefined.");
      const into = callback(given.write, "The sink's write");
      const stream = streams.newWritable();
      const controller = streams.newWritableController(mark, size ?? streams.one);
      const { face } = controller;
      if (into !== undefined) controller.write = (chunk) => promised(into, sink, [chunk, face]);
      if (close !== undefined) controller.close = () => promised(close, sink, []);
      if (abort !== undefined) controller.abort = (reason) => promised(abort, sink, [reason]);
      this.#it = stream;
      const begin = start === undefined ? undefined : () => apply(start, sink, [face]);
      streams.beginWritable(stream, controller, begin);
    }

    static {
      recordOf = (value) =>
        value !== null && typeof value === "object" && #it in value ? value.#it : undefined;
      swap = (stream, it) => {
        stream.#it = it;
      };
    }

    get locked() {
      return this.#it.writer !== undefined;
    }

    abort(reason = undefined) {
      if (!(#it in Any(this))) return illegal();
      if (this.#it.writer !== undefined) return rejected(new TypeError(LOCKED));
      return streams.abortWritable(this.#it, reason);
    }

    close() {
      if (!(#it in Any(this))) return illegal();
      if (this.#it.writer !== undefined) return rejected(new TypeError(LOCKED));
      return closeChecked(this.#it);
    }

    getWriter() {
      this.#it;
      return new WritableStreamDefaultWriter(this);
    }

    [internals.inspected]() {
      const { state, writer } = this.#it;
      return { locked: writer !== undefined, state };
    }
  }
  internals.interface(WritableStream);
  streams.writableOf = recordOf;
  streams.writableFace = (it) => new WritableStream(it, undefined, MADE);

  /** Returns true if a stream of either kind is locked. */
  streams.isLocked = (it) => it.reader !== undefined || it.writer !== undefined;

  /** Takes a stream away from its holder, to whom it looks like one that is being piped to. */
  streams.takeWritable = (stream) => {
    const it = recordOf(stream);
    if (it.writer !== undefined) bad(LOCKED);
    const empty = streams.makeWritable({ write: resolved });
    makeWriter(empty);
    swap(stream, empty);
    return it;
  };
}
