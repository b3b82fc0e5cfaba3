(native, internals) => {
  const { streams } = internals;
  const { list, push, shift, clear, resolved, bad, buffers, pullIfNeeded, hasRequests } = streams;
  const { placeOf, kindOf, transfer, isDetached, isView, lengthOf } = buffers;
  const Buffer = ArrayBuffer;
  const Bytes = Uint8Array;
  const unaligned = () =>
    new TypeError("The bytes do not fill the elements of the view that was given.");
  const tooMany = () => new RangeError("More bytes were written than there was room for.");

  const forget = (controller) => {
    controller.pull = controller.cancel = resolved;
  };
  const hasReader = (stream, byob) => stream.reader !== undefined && stream.reader.byob === byob;

  const invalidate = (controller) => {
    const request = controller.byobRequest;
    if (request === undefined) return;
    endRequest(request);
    controller.byobRequest = undefined;
  };

  const fail = (controller, error) => {
    const { stream } = controller;
    if (stream.state !== "readable") return;
    invalidate(controller);
    clear(controller.pending);
    clear(controller.queue);
    controller.total = 0;
    forget(controller);
    streams.errorReadable(stream, error);
  };

  const close = (controller) => {
    const { stream, pending } = controller;
    if (controller.closing || stream.state !== "readable") return;
    if (controller.total > 0) {
      controller.closing = true;
      return;
    }
    if (pending.length > 0) {
      const { filled, size } = pending.head.value;
      if (filled % size !== 0) {
        const error = unaligned();
        fail(controller, error);
        throw error;
      }
    }
    forget(controller);
    streams.closeReadable(stream);
  };

  const drained = (controller) => {
    if (controller.total === 0 && controller.closing) {
      forget(controller);
      streams.closeReadable(controller.stream);
    } else {
      pullIfNeeded(controller);
    }
  };

  const keep = (controller, buffer, offset, length) => {
    push(controller.queue, { __proto__: null, buffer, offset, length });
    controller.total += length;
  };
  const keepCopy = (controller, buffer, offset, length) =>
    keep(controller, buffers.slice(buffer, offset, offset + length), 0, length);

  /** Keeps the bytes of the first pending read, which has lost its reader. */
  const keepOfFirst = (controller) => {
    const { buffer, offset, filled } = shift(controller.pending);
    if (filled > 0) keepCopy(controller, buffer, offset, filled);
  };

  const viewOf = ({ Kind, buffer, offset, filled, size }) =>
    new Kind(transfer(buffer), offset, filled / size);

  const commit = (stream, into) => {
    const { requests } = stream.reader;
    const view = viewOf(into);
    if (stream.state !== "closed") shift(requests).chunk(view);
    else if (into.reader === "default") shift(requests).close();
    else shift(requests).close(view);
  };
  const commitAll = (stream, filled) => {
    while (filled.length > 0) commit(stream, shift(filled));
  };

  /** Moves bytes from the queue. Returns true if the read then has enough. */
  const fill = (controller, into) => {
    const { queue } = controller;
    const room = into.length - into.filled;
    const most = controller.total < room ? controller.total : room;
    const aligned = into.filled + most - ((into.filled + most) % into.size);
    const ready = aligned >= into.least;
    let left = ready ? aligned - into.filled : most;
    while (left > 0) {
      const entry = queue.head.value;
      const count = left < entry.length ? left : entry.length;
      buffers.copy(into.buffer, into.offset + into.filled, entry.buffer, entry.offset, count);
      if (count === entry.length) {
        shift(queue);
      } else {
        entry.offset += count;
        entry.length -= count;
      }
      controller.total -= count;
      into.filled += count;
      left -= count;
    }
    return ready;
  };

  const fillPending = (controller) => {
    const filled = list();
    const { pending } = controller;
    while (pending.length > 0 && controller.total > 0) {
      if (fill(controller, pending.head.value)) push(filled, shift(pending));
    }
    return filled;
  };

  const answerRead = (controller, request) => {
    const { buffer, offset, length } = shift(controller.queue);
    controller.total -= length;
    drained(controller);
    request.chunk(new Bytes(buffer, offset, length));
  };

  /** Enqueues a buffer and takes it over, without a copy. */
  const enqueueOwned = (controller, buffer, offset, length) => {
    const { stream, pending } = controller;
    if (pending.length > 0) {
      const first = pending.head.value;
      if (isDetached(first.buffer)) bad("The buffer of the pending read is detached.");
      invalidate(controller);
      first.buffer = transfer(first.buffer);
      if (first.reader === "none") keepOfFirst(controller);
    }
    if (hasReader(stream, false)) {
      const { requests } = stream.reader;
      while (requests.length > 0 && controller.total > 0) answerRead(controller, shift(requests));
      if (requests.length === 0) {
        keep(controller, buffer, offset, length);
      } else {
        if (pending.length > 0) shift(pending);
        shift(requests).chunk(new Bytes(buffer, offset, length));
      }
    } else {
      keep(controller, buffer, offset, length);
      if (hasReader(stream, true)) commitAll(stream, fillPending(controller));
    }
    pullIfNeeded(controller);
  };

  const enqueue = (controller, view) => {
    if (controller.closing || controller.stream.state !== "readable") return;
    const { buffer, offset, length } = placeOf(view);
    enqueueOwned(controller, transfer(buffer), offset, length);
  };

  const respondInternally = (controller, count) => {
    const { stream, pending } = controller;
    const first = pending.head.value;
    invalidate(controller);
    if (stream.state === "closed") {
      if (first.reader === "none") shift(pending);
      if (hasReader(stream, true)) {
        const filled = list();
        while (filled.length < stream.reader.requests.length) push(filled, shift(pending));
        commitAll(stream, filled);
      }
    } else {
      first.filled += count;
      if (first.reader === "none") {
        keepOfFirst(controller);
        commitAll(stream, fillPending(controller));
      } else if (first.filled >= first.least) {
        shift(pending);
        const rest = first.filled % first.size;
        if (rest > 0) keepCopy(controller, first.buffer, first.offset + first.filled - rest, rest);
        first.filled -= rest;
        const filled = fillPending(controller);
        commit(stream, first);
        commitAll(stream, filled);
      }
    }
    pullIfNeeded(controller);
  };

  const respond = (controller, count) => {
    const first = controller.pending.head.value;
    if (controller.stream.state === "closed") {
      if (count !== 0) bad("Nothing can be written into a stream that is closed.");
    } else {
      if (count === 0) bad("The number of bytes written must be positive.");
      if (first.filled + count > first.length) throw tooMany();
    }
    first.buffer = transfer(first.buffer);
    respondInternally(controller, count);
  };

  const respondWithView = (controller, view) => {
    const first = controller.pending.head.value;
    const { buffer, offset, length } = placeOf(view);
    if (controller.stream.state === "closed") {
      if (length !== 0) bad("Nothing can be written into a stream that is closed.");
    } else if (length === 0) {
      bad("The number of bytes written must be positive.");
    }
    if (first.offset + first.filled !== offset) throw new RangeError("The view begins at another place.");
    if (first.capacity !== lengthOf(buffer)) throw new RangeError("The view is of another buffer.");
    if (first.filled + length > first.length) throw tooMany();
    first.buffer = transfer(buffer);
    respondInternally(controller, length);
  };

  /** Reads into a view, whose buffer is taken away from the caller. */
  streams.pullInto = (controller, view, min, request) => {
    const { stream, pending } = controller;
    const { Kind, size } = kindOf(view);
    const { offset, length, buffer: given } = placeOf(view);
    let buffer;
    try {
      buffer = transfer(given);
    } catch (error) {
      return request.error(error);
    }
    const into = {
      __proto__: null, buffer, capacity: lengthOf(buffer), offset, length, filled: 0,
      least: min * size, size, Kind, reader: "byob",
    };
    if (pending.length === 0) {
      if (stream.state === "closed") return request.close(new Kind(buffer, offset, 0));
      if (controller.total > 0) {
        if (fill(controller, into)) {
          const filled = viewOf(into);
          drained(controller);
          return request.chunk(filled);
        }
        if (controller.closing) {
          const error = unaligned();
          fail(controller, error);
          return request.error(error);
        }
      }
    }
    push(pending, into);
    push(stream.reader.requests, request);
    pullIfNeeded(controller);
  };

  const desiredSize = ({ stream, mark, total }) =>
    stream.state === "errored" ? null : stream.state === "closed" ? 0 : mark - total;

  const steps = {
    __proto__: null,
    error: fail,
    close(controller) {
      close(controller);
      // A read into a view only ends with a response.
      if (controller.stream.state === "closed" && controller.pending.length > 0) respond(controller, 0);
    },
    enqueue,
    desiredSize,
    wants: (controller) =>
      controller.stream.state === "readable" && !controller.closing && controller.started &&
        (hasRequests(controller.stream) || desiredSize(controller) > 0),
    cancel(controller, reason) {
      invalidate(controller);
      clear(controller.pending);
      clear(controller.queue);
      controller.total = 0;
      const { cancel } = controller;
      const cancelled = cancel(reason);
      forget(controller);
      return cancelled;
    },
    pull(controller, request) {
      if (controller.total > 0) return answerRead(controller, request);
      const { automatic, stream } = controller;
      if (automatic !== undefined) {
        let buffer;
        try {
          buffer = new Buffer(automatic);
        } catch (error) {
          return request.error(error);
        }
        push(controller.pending, {
          __proto__: null, buffer, capacity: automatic, offset: 0, length: automatic, filled: 0,
          least: 1, size: 1, Kind: Bytes, reader: "default",
        });
      }
      push(stream.reader.requests, request);
      pullIfNeeded(controller);
    },
    release(controller) {
      const { pending } = controller;
      if (pending.length === 0) return;
      const first = shift(pending);
      first.reader = "none";
      clear(pending);
      push(pending, first);
    },
  };

  streams.newByteController = (mark, automatic) => {
    const controller = {
      __proto__: null, steps, stream: undefined, face: undefined, queue: list(), total: 0,
      started: false, closing: false, again: false, pulling: false, mark, pull: resolved,
      cancel: resolved, automatic, byobRequest: undefined, pending: list(),
    };
    controller.face = new ReadableByteStreamController(controller, MADE);
    return controller;
  };

  /** Creates a byte stream of the platform's own. */
  streams.makeBytes = ({ pull = resolved, cancel = resolved, mark = 0, start }) => {
    const stream = streams.newReadable();
    const controller = streams.newByteController(mark, undefined);
    controller.pull = () => pull(controller);
    controller.cancel = cancel;
    streams.begin(stream, controller, start);
    return stream;
  };
  streams.isBytes = (stream) => stream.controller.steps === steps;
  streams.enqueueOwned = enqueueOwned;
  streams.closeBytes = close;
  streams.respond = respond;
  streams.respondWithView = respondWithView;

  const MADE = {};
  let endRequest;

  class ReadableStreamBYOBRequest {
    #controller;
    #view;

    constructor(controller = undefined, view = undefined, made = undefined) {
      if (made !== MADE) bad("Illegal constructor");
      this.#controller = controller;
      this.#view = view;
    }

    static {
      endRequest = (request) => {
        request.#controller = undefined;
        request.#view = null;
      };
    }

    get view() {
      return this.#view;
    }

    respond(bytesWritten) {
      const controller = this.#controller;
      if (arguments.length < 1) bad("respond() needs the number of bytes.");
      const count = +bytesWritten;
      if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER)) bad("The number of bytes is out of range.");
      if (controller === undefined) bad("This request has been answered.");
      if (isDetached(placeOf(this.#view).buffer)) bad("The buffer of the view is detached.");
      respond(controller, count - (count % 1));
    }

    respondWithNewView(view) {
      const controller = this.#controller;
      if (!isView(view)) bad("respondWithNewView() needs a view.");
      if (controller === undefined) bad("This request has been answered.");
      if (isDetached(placeOf(view).buffer)) bad("The buffer of the view is detached.");
      respondWithView(controller, view);
    }
  }
  internals.interface(ReadableStreamBYOBRequest);

  const requestOf = (controller) => {
    const { pending } = controller;
    if (controller.byobRequest === undefined && pending.length > 0) {
      const { buffer, offset, filled, length } = pending.head.value;
      const view = new Bytes(buffer, offset + filled, length - filled);
      controller.byobRequest = new ReadableStreamBYOBRequest(controller, view, MADE);
    }
    return controller.byobRequest;
  };
  /** Returns the view that somebody waits to be filled, if there is one. */
  streams.requestedView = (controller) => requestOf(controller)?.view;

  class ReadableByteStreamController {
    #it;

    constructor(it = undefined, made = undefined) {
      if (made !== MADE) bad("Illegal constructor");
      this.#it = it;
    }

    get byobRequest() {
      return requestOf(this.#it) ?? null;
    }

    get desiredSize() {
      return desiredSize(this.#it);
    }

    close() {
      const controller = this.#it;
      if (controller.closing || controller.stream.state !== "readable") {
        bad("The stream is not in a state that permits close.");
      }
      close(controller);
    }

    enqueue(chunk) {
      const controller = this.#it;
      if (!isView(chunk)) bad("The chunk must be a view of an ArrayBuffer.");
      const { buffer, length } = placeOf(chunk);
      if (length === 0 || lengthOf(buffer) === 0) bad("The chunk must not be empty.");
      if (controller.closing || controller.stream.state !== "readable") {
        bad("The stream is not in a state that permits enqueue.");
      }
      enqueue(controller, chunk);
    }

    error(reason = undefined) {
      fail(this.#it, reason);
    }
  }
  internals.interface(ReadableByteStreamController);
}
