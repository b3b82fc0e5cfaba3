(native, internals) => {
  const { apply } = Reflect;
  const { streams, makeSignal, abortSignal } = internals;
  const {
    list, push, shift, clear, then, promised, resolved, rejected, handled, deferred, bad,
    dictionary, callback,
  } = streams;
  const illegal = () => rejected(new TypeError("Illegal invocation"));
  const released = () => new TypeError("The writer was released.");
  const LOCKED = "This WritableStream is currently locked to a writer.";
  // In the place of a chunk.
  const CLOSE = { __proto__: null };

  streams.newWritable = () => ({
    __proto__: null, state: "writable", error: undefined, writer: undefined, controller: undefined,
    requests: list(), inFlight: undefined, close: undefined, closing: undefined, abort: undefined,
    pressed: false,
    // What it leads to elsewhere, as long as nothing was written.
    remote: undefined,
  });

  const closeQueuedOrInFlight = (stream) => stream.close !== undefined || stream.closing !== undefined;
  streams.closeQueuedOrInFlight = closeQueuedOrInFlight;

  const forget = (controller) => {
    controller.write = controller.close = controller.abort = resolved;
    controller.size = streams.one;
  };

  const desiredSize = ({ mark, total }) => mark - total;

  const rejectReady = (writer, error) => {
    if (writer.settled) writer.ready = deferred();
    writer.settled = true;
    writer.ready.reject(error);
    handled(writer.ready.promise);
  };
  const rejectClosed = (writer, error) => {
    if (writer.over) writer.closed = deferred();
    writer.over = true;
    writer.closed.reject(error);
    handled(writer.closed.promise);
  };

  const press = (stream, pressed) => {
    const { writer } = stream;
    if (writer !== undefined && pressed !== stream.pressed) {
      if (pressed) {
        writer.ready = deferred();
        writer.settled = false;
      } else {
        writer.settled = true;
        writer.ready.resolve(undefined);
      }
    }
    stream.pressed = pressed;
  };

  const rejectCloseAndClosed = (stream) => {
    if (stream.close !== undefined) {
      stream.close.reject(stream.error);
      stream.close = undefined;
    }
    if (stream.writer !== undefined) rejectClosed(stream.writer, stream.error);
  };

  const finishErroring = (stream) => {
    const { controller, requests } = stream;
    stream.state = "errored";
    clear(controller.queue);
    controller.total = 0;
    while (requests.length > 0) shift(requests).reject(stream.error);
    const { abort } = stream;
    if (abort === undefined) return rejectCloseAndClosed(stream);
    stream.abort = undefined;
    if (abort.wasErroring) {
      abort.reject(stream.error);
      return rejectCloseAndClosed(stream);
    }
    const algorithm = controller.abort;
    const aborted = algorithm(abort.reason);
    forget(controller);
    then(aborted, () => {
      abort.resolve(undefined);
      rejectCloseAndClosed(stream);
    }, (error) => {
      abort.reject(error);
      rejectCloseAndClosed(stream);
    });
  };

  const startErroring = (stream, error) => {
    const { controller, writer } = stream;
    stream.state = "erroring";
    stream.error = error;
    if (writer !== undefined) rejectReady(writer, error);
    if (stream.inFlight === undefined && stream.closing === undefined && controller.started) {
      finishErroring(stream);
    }
  };

  const dealWithRejection = (stream, error) => {
    if (stream.state === "writable") startErroring(stream, error);
    else finishErroring(stream);
  };

  const errorIfNeeded = (controller, error) => {
    if (controller.stream.state !== "writable") return;
    forget(controller);
    startErroring(controller.stream, error);
  };
  streams.errorWritable = errorIfNeeded;

  const finishClose = (stream) => {
    stream.closing.resolve(undefined);
    stream.closing = undefined;
    if (stream.state === "erroring") {
      stream.error = undefined;
      if (stream.abort !== undefined) {
        stream.abort.resolve(undefined);
        stream.abort = undefined;
      }
    }
    stream.state = "closed";
    if (stream.writer !== undefined) {
      stream.writer.over = true;
      stream.writer.closed.resolve(undefined);
    }
  };

  const processClose = (controller) => {
    const { stream, close } = controller;
    stream.closing = stream.close;
    stream.close = undefined;
    streams.dequeueSized(controller);
    const closed = close();
    forget(controller);
    then(closed, () => finishClose(stream), (error) => {
      stream.closing.reject(error);
      stream.closing = undefined;
      if (stream.abort !== undefined) {
        stream.abort.reject(error);
        stream.abort = undefined;
      }
      dealWithRejection(stream, error);
    });
  };

  const processWrite = (controller, chunk) => {
    const { stream, write } = controller;
    stream.inFlight = shift(stream.requests);
    then(write(chunk), () => {
      stream.inFlight.resolve(undefined);
      stream.inFlight = undefined;
      const { state } = stream;
      streams.dequeueSized(controller);
      if (!closeQueuedOrInFlight(stream) && state === "writable") {
        press(stream, desiredSize(controller) <= 0);
      }
      advance(controller);
    }, (error) => {
      if (stream.state === "writable") forget(controller);
      stream.inFlight.reject(error);
      stream.inFlight = undefined;
      dealWithRejection(stream, error);
    });
  };

  const advance = (controller) => {
    const { stream, queue } = controller;
    if (!controller.started || stream.inFlight !== undefined) return;
    if (stream.state === "erroring") return finishErroring(stream);
    if (queue.length === 0) return;
    const chunk = queue.head.value.value;
    if (chunk === CLOSE) processClose(controller);
    else processWrite(controller, chunk);
  };

  streams.abortWritable = (stream, reason) => {
    if (stream.state === "closed" || stream.state === "errored") return resolved();
    const { controller } = stream;
    controller.aborted = true;
    controller.reason = reason;
    if (controller.signal !== undefined) abortSignal(controller.signal, reason);
    const { state } = stream;
    if (state === "closed" || state === "errored") return resolved();
    if (stream.abort !== undefined) return stream.abort.promise;
    const wasErroring = state === "erroring";
    const abort = deferred();
    abort.wasErroring = wasErroring;
    abort.reason = wasErroring ? undefined : reason;
    stream.abort = abort;
    if (!wasErroring) startErroring(stream, reason);
    return abort.promise;
  };

  streams.closeWritable = (stream) => {
    const { state, controller, writer } = stream;
    if (state === "closed" || state === "errored") {
      return rejected(new TypeError("The stream is not in a state that permits close."));
    }
    const closing = (stream.close = deferred());
    if (writer !== undefined && stream.pressed && state === "writable") {
      writer.settled = true;
      writer.ready.resolve(undefined);
    }
    streams.enqueueSized(controller, CLOSE, 0);
    advance(controller);
    return closing.promise;
  };

  /** A controller's stream begins. */
  streams.beginWritable = (stream, controller, start) => {
    controller.stream = stream;
    stream.controller = controller;
    press(stream, desiredSize(controller) <= 0);
    const started = start === undefined ? undefined : start(controller.face);
    then(resolved(started), () => {
      controller.started = true;
      advance(controller);
    }, (error) => {
      controller.started = true;
      dealWithRejection(stream, error);
    });
  };

  streams.newWritableController = (mark, size) => {
    const controller = {
      __proto__: null, stream: undefined, face: undefined, queue: list(), total: 0, started: false,
      mark, size, write: resolved, close: resolved, abort: resolved,
      // The signal is made when it is asked for.
      signal: undefined, aborted: false, reason: undefined,
    };
    controller.face = new WritableStreamDefaultController(controller, MADE);
    return controller;
  };

  /** A stream of the platform's own. */
  streams.makeWritable = ({ start, write, close = resolved, abort = resolved, mark = 1, size = streams.one }) => {
    const stream = streams.newWritable();
    const controller = streams.newWritableController(mark, size);
    controller.write = write;
    controller.close = close;
    controller.abort = abort;
    streams.beginWritable(stream, controller, start);
    return stream;
  };

  /** Locks the stream. */
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
      return #it in this ? this.#it.closed.promise : illegal();
    }

    get desiredSize() {
      const writer = this.#it;
      return writer.stream === undefined ? bad("The writer was released.") : writerSize(writer);
    }

    get ready() {
      return #it in this ? this.#it.ready.promise : illegal();
    }

    abort(reason = undefined) {
      if (!(#it in this)) return illegal();
      const { stream } = this.#it;
      return stream === undefined ? rejected(released()) : streams.abortWritable(stream, reason);
    }

    close() {
      if (!(#it in this)) return illegal();
      const { stream } = this.#it;
      return stream === undefined ? rejected(released()) : closeChecked(stream);
    }

    releaseLock() {
      releaseWriter(this.#it);
    }

    write(chunk = undefined) {
      if (!(#it in this)) return illegal();
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
      if (sink === null || (sink !== undefined && typeof sink !== "object" && typeof sink !== "function")) {
        bad("The sink of a stream must be an object.");
      }
      const { mark, size } = streams.strategy(strategy, 1);
      const given = sink ?? {};
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
      streams.beginWritable(stream, controller, start === undefined ? undefined : () => apply(start, sink, [face]));
    }

    static {
      recordOf = (value) => (value !== null && typeof value === "object" && #it in value ? value.#it : undefined);
      swap = (stream, it) => {
        stream.#it = it;
      };
    }

    get locked() {
      return this.#it.writer !== undefined;
    }

    abort(reason = undefined) {
      if (!(#it in this)) return illegal();
      if (this.#it.writer !== undefined) return rejected(new TypeError(LOCKED));
      return streams.abortWritable(this.#it, reason);
    }

    close() {
      if (!(#it in this)) return illegal();
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

  /** Takes a stream away from its holder, to whom it looks like one that is piped to. */
  streams.takeWritable = (stream) => {
    const it = recordOf(stream);
    if (it.writer !== undefined) bad(LOCKED);
    const empty = streams.makeWritable({ write: resolved });
    makeWriter(empty);
    swap(stream, empty);
    return it;
  };

  class WritableStreamDefaultController {
    #it;

    constructor(it = undefined, made = undefined) {
      if (made !== MADE) bad("Illegal constructor");
      this.#it = it;
    }

    get signal() {
      const controller = this.#it;
      if (controller.signal === undefined) {
        controller.signal = makeSignal();
        if (controller.aborted) abortSignal(controller.signal, controller.reason);
      }
      return controller.signal;
    }

    error(reason = undefined) {
      errorIfNeeded(this.#it, reason);
    }
  }
  internals.interface(WritableStreamDefaultController);
}
