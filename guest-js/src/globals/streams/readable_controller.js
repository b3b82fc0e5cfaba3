(native, internals) => {
  const { apply } = Reflect;
  const { streams } = internals;
  const { list, push, shift, clear, then, promised, resolved, rejected, nothing, bad } = streams;
  const { Infinity } = globalThis;

  streams.hasRequests = (stream) => stream.reader !== undefined && stream.reader.requests.length > 0;

  /** Ends all pending reads. */
  const answerAll = (reader, answer) => {
    const { requests } = reader;
    reader.requests = list();
    while (requests.length > 0) answer(shift(requests));
  };

  streams.closeReadable = (stream) => {
    stream.state = "closed";
    stream.whole = stream.remote = undefined;
    const { reader } = stream;
    if (reader === undefined) return;
    reader.closed.resolve(undefined);
    if (!reader.byob) answerAll(reader, (request) => request.close());
  };

  streams.errorReadable = (stream, error) => {
    stream.state = "errored";
    stream.error = error;
    stream.whole = stream.remote = undefined;
    const { reader } = stream;
    if (reader === undefined) return;
    reader.closed.reject(error);
    streams.handled(reader.closed.promise);
    answerAll(reader, (request) => request.error(error));
  };

  streams.cancelReadable = (stream, reason) => {
    stream.disturbed = true;
    if (stream.state === "closed") return resolved();
    if (stream.state === "errored") return rejected(stream.error);
    streams.closeReadable(stream);
    const { reader, controller } = stream;
    if (reader !== undefined && reader.byob) {
      answerAll(reader, (request) => request.close(undefined));
    }
    return then(controller.steps.cancel(controller, reason), nothing);
  };

  /** Cancels a stream. Its readers see an error instead of its end. */
  streams.breakOff = (stream, reason) => {
    if (stream.state !== "readable") return;
    const { controller } = stream;
    const cancelled = controller.steps.cancel(controller, reason);
    streams.errorReadable(stream, reason);
    streams.handled(cancelled);
  };

  /** Creates a stream that has no controller yet. */
  streams.newReadable = () => ({
    __proto__: null, state: "readable", reader: undefined, error: undefined, disturbed: false,
    controller: undefined,
    // The stub of its source elsewhere, as long as nothing was read.
    remote: undefined,
    // The text or bytes that are all it will yield, as long as nothing was read.
    whole: undefined,
  });

  /** Asks for more if there is room, or if a read is pending. */
  streams.pullIfNeeded = (controller) => {
    if (!controller.steps.wants(controller)) return;
    if (controller.pulling) {
      controller.again = true;
      return;
    }
    controller.pulling = true;
    then(controller.pull(), () => {
      controller.pulling = false;
      if (controller.again) {
        controller.again = false;
        streams.pullIfNeeded(controller);
      }
    }, (error) => controller.steps.error(controller, error));
  };

  /** Gives a stream the controller that its algorithms are for, and starts it. */
  streams.begin = (stream, controller, start) => {
    controller.stream = stream;
    stream.controller = controller;
    const started = start === undefined ? undefined : start(controller.face);
    then(resolved(started), () => {
      controller.started = true;
      streams.pullIfNeeded(controller);
    }, (error) => controller.steps.error(controller, error));
  };

  /** Returns the algorithms of a program's source. */
  streams.algorithms = (source, { start, pull, cancel }, face) => ({
    start: start === undefined ? undefined : () => apply(start, source, [face]),
    pull: pull === undefined ? resolved : () => promised(pull, source, [face]),
    cancel: cancel === undefined ? resolved : (reason) => promised(cancel, source, [reason]),
  });
  const forget = (controller) => {
    controller.pull = controller.cancel = resolved;
    controller.size = streams.one;
  };

  const canEnqueue = ({ closing, stream }) => !closing && stream.state === "readable";

  const close = (controller) => {
    if (!canEnqueue(controller)) return;
    controller.closing = true;
    if (controller.queue.length === 0) {
      forget(controller);
      streams.closeReadable(controller.stream);
    }
  };

  const fail = (controller, error) => {
    if (controller.stream.state !== "readable") return;
    clear(controller.queue);
    controller.total = 0;
    forget(controller);
    streams.errorReadable(controller.stream, error);
  };

  /** Appends a chunk to a queue and counts its size. */
  streams.enqueueSized = (controller, value, size) => {
    const weight = +size;
    if (!(weight >= 0) || weight === Infinity) {
      throw new RangeError("The size of a chunk must be a finite number that is not negative.");
    }
    push(controller.queue, { __proto__: null, value, size: weight });
    controller.total += weight;
  };
  streams.dequeueSized = (controller) => {
    const { value, size } = shift(controller.queue);
    controller.total = controller.total > size ? controller.total - size : 0;
    return value;
  };

  const enqueue = (controller, chunk) => {
    if (!canEnqueue(controller)) return;
    const { stream } = controller;
    if (streams.hasRequests(stream)) {
      shift(stream.reader.requests).chunk(chunk);
    } else {
      try {
        const { size } = controller;
        streams.enqueueSized(controller, chunk, size(chunk));
      } catch (error) {
        fail(controller, error);
        throw error;
      }
    }
    streams.pullIfNeeded(controller);
  };

  const desiredSize = ({ stream, mark, total }) =>
    stream.state === "errored" ? null : stream.state === "closed" ? 0 : mark - total;

  const steps = {
    __proto__: null,
    error: fail,
    close,
    enqueue,
    desiredSize,
    canEnqueue,
    wants: (controller) =>
      canEnqueue(controller) && controller.started &&
        (streams.hasRequests(controller.stream) || desiredSize(controller) > 0),
    cancel(controller, reason) {
      clear(controller.queue);
      controller.total = 0;
      const { cancel } = controller;
      const cancelled = cancel(reason);
      forget(controller);
      return cancelled;
    },
    pull(controller, request) {
      const { queue, stream } = controller;
      if (queue.length === 0) {
        push(stream.reader.requests, request);
        return streams.pullIfNeeded(controller);
      }
      const chunk = streams.dequeueSized(controller);
      if (controller.closing && queue.length === 0) {
        forget(controller);
        streams.closeReadable(stream);
      } else {
        streams.pullIfNeeded(controller);
      }
      request.chunk(chunk);
    },
    release: nothing,
  };
  streams.defaultSteps = steps;

  streams.newDefaultController = (mark, size) => {
    const controller = {
      __proto__: null, steps, stream: undefined, face: undefined, queue: list(), total: 0,
      started: false, closing: false, again: false, pulling: false, size, mark, pull: resolved,
      cancel: resolved,
    };
    controller.face = new ReadableStreamDefaultController(controller, MADE);
    return controller;
  };

  /** Creates a stream of the platform's own. */
  streams.makeReadable = ({ start, pull = resolved, cancel = resolved, mark = 1, size = streams.one }) => {
    const stream = streams.newReadable();
    const controller = streams.newDefaultController(mark, size);
    controller.pull = pull;
    controller.cancel = cancel;
    streams.begin(stream, controller, start);
    return stream;
  };

  const MADE = {};
  class ReadableStreamDefaultController {
    #it;

    constructor(it = undefined, made = undefined) {
      if (made !== MADE) bad("Illegal constructor");
      this.#it = it;
    }

    get desiredSize() {
      return desiredSize(this.#it);
    }

    close() {
      if (!canEnqueue(this.#it)) bad("The stream is not in a state that permits close.");
      close(this.#it);
    }

    enqueue(chunk = undefined) {
      if (!canEnqueue(this.#it)) bad("The stream is not in a state that permits enqueue.");
      enqueue(this.#it, chunk);
    }

    error(reason = undefined) {
      fail(this.#it, reason);
    }
  }
  internals.interface(ReadableStreamDefaultController);
}
