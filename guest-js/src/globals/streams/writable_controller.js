(native, internals) => {
  const { streams, makeSignal, abortSignal } = internals;
  const { list, shift, clear, then, resolved, rejected, handled, deferred, bad } = streams;
  // Takes the place of a chunk.
  const CLOSE = { __proto__: null };

  streams.newWritable = () => ({
    __proto__: null, state: "writable", error: undefined, writer: undefined, controller: undefined,
    requests: list(), inFlight: undefined, close: undefined, closing: undefined, abort: undefined,
    pressed: false,
    // The stub of its sink elsewhere, as long as nothing was written.
    remote: undefined,
  });

  const closeQueuedOrInFlight = (stream) => stream.close !== undefined || stream.closing !== undefined;
  streams.closeQueuedOrInFlight = closeQueuedOrInFlight;

  streams.LOCKED_SINK = "This WritableStream is currently locked to a writer.";

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
    stream.remote = undefined;
    const closing = (stream.close = deferred());
    if (writer !== undefined && stream.pressed && state === "writable") {
      writer.settled = true;
      writer.ready.resolve(undefined);
    }
    streams.enqueueSized(controller, CLOSE, 0);
    advance(controller);
    return closing.promise;
  };

  // Used by the classes.
  Object.assign(streams, { advance, press, rejectReady, rejectClosed });

  /** Gives a stream its controller, and starts it. */
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
      // The signal is created when it is asked for.
      signal: undefined, aborted: false, reason: undefined,
    };
    controller.face = new WritableStreamDefaultController(controller, MADE);
    return controller;
  };

  /** Creates a stream of the platform's own. */
  streams.makeWritable = ({ start, write, close = resolved, abort = resolved, mark = 1, size = streams.one }) => {
    const stream = streams.newWritable();
    const controller = streams.newWritableController(mark, size);
    controller.write = write;
    controller.close = close;
    controller.abort = abort;
    streams.beginWritable(stream, controller, start);
    return stream;
  };

  const MADE = {};
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
