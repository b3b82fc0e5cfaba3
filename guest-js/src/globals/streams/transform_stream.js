(native, internals) => {
  const { apply } = Reflect;
  const { streams } = internals;
  const { then, promised, resolved, rejected, deferred, nothing, bad, callback } = streams;

  const forget = (transform) => {
    transform.transform = transform.flush = transform.cancel = resolved;
  };

  const press = (transform, pressed) => {
    transform.changed.resolve(undefined);
    transform.changed = deferred();
    transform.pressed = pressed;
  };

  const unblock = (transform) => {
    if (transform.pressed) press(transform, false);
  };

  const errorWritable = (transform, error) => {
    forget(transform);
    streams.errorWritable(transform.writable.controller, error);
    unblock(transform);
  };

  const fail = (transform, error) => {
    const { controller } = transform.readable;
    controller.steps.error(controller, error);
    errorWritable(transform, error);
  };

  const enqueue = (transform, chunk) => {
    const { readable } = transform;
    const { controller } = readable;
    if (!controller.steps.canEnqueue(controller)) bad("The stream is not in a state that permits enqueue.");
    try {
      controller.steps.enqueue(controller, chunk);
    } catch (error) {
      errorWritable(transform, error);
      throw readable.error;
    }
    const pressed = !controller.steps.wants(controller);
    if (pressed !== transform.pressed) press(transform, true);
  };

  const terminate = (transform) => {
    const { controller } = transform.readable;
    controller.steps.close(controller);
    errorWritable(transform, new TypeError("The transform was terminated."));
  };

  const perform = (transform, chunk) =>
    then(transform.transform(chunk), undefined, (error) => {
      fail(transform, error);
      throw error;
    });

  const write = (transform, chunk) => {
    if (!transform.pressed) return perform(transform, chunk);
    return then(transform.changed.promise, () => {
      const { writable } = transform;
      if (writable.state === "erroring") throw writable.error;
      return perform(transform, chunk);
    });
  };

  const abort = (transform, reason) => {
    if (transform.finish !== undefined) return transform.finish.promise;
    const { readable } = transform;
    const finish = (transform.finish = deferred());
    const cancelled = transform.cancel(reason);
    forget(transform);
    const { controller } = readable;
    then(cancelled, () => {
      if (readable.state === "errored") return finish.reject(readable.error);
      controller.steps.error(controller, reason);
      finish.resolve(undefined);
    }, (error) => {
      controller.steps.error(controller, error);
      finish.reject(error);
    });
    return finish.promise;
  };

  const close = (transform) => {
    if (transform.finish !== undefined) return transform.finish.promise;
    const { readable } = transform;
    const finish = (transform.finish = deferred());
    const flushed = transform.flush();
    forget(transform);
    const { controller } = readable;
    then(flushed, () => {
      if (readable.state === "errored") return finish.reject(readable.error);
      controller.steps.close(controller);
      finish.resolve(undefined);
    }, (error) => {
      controller.steps.error(controller, error);
      finish.reject(error);
    });
    return finish.promise;
  };

  const cancel = (transform, reason) => {
    if (transform.finish !== undefined) return transform.finish.promise;
    const { writable } = transform;
    const finish = (transform.finish = deferred());
    const cancelled = transform.cancel(reason);
    forget(transform);
    then(cancelled, () => {
      if (writable.state === "errored") return finish.reject(writable.error);
      streams.errorWritable(writable.controller, reason);
      unblock(transform);
      finish.resolve(undefined);
    }, (error) => {
      streams.errorWritable(writable.controller, error);
      unblock(transform);
      finish.reject(error);
    });
    return finish.promise;
  };

  const newTransform = () => ({
    __proto__: null, readable: undefined, writable: undefined, pressed: undefined,
    changed: deferred(), finish: undefined, transform: resolved, flush: resolved, cancel: resolved,
  });

  /** Creates both sides, which start when `begun` has settled. */
  const connect = (transform, begun, writing, reading) => {
    // The standard resolves one promise with another one here, which takes one more job.
    const started = then(begun, undefined);
    transform.writable = streams.makeWritable({
      start: () => started,
      write: (chunk) => write(transform, chunk),
      abort: (reason) => abort(transform, reason),
      close: () => close(transform),
      mark: writing.mark, size: writing.size ?? streams.one,
    });
    transform.readable = streams.makeReadable({
      start: () => started,
      pull: () => {
        press(transform, false);
        return transform.changed.promise;
      },
      cancel: (reason) => cancel(transform, reason),
      mark: reading.mark, size: reading.size ?? streams.one,
    });
    transform.pressed = undefined;
    press(transform, true);
  };

  const MADE = {};
  class TransformStreamDefaultController {
    #it;

    constructor(it = undefined, made = undefined) {
      if (made !== MADE) bad("Illegal constructor");
      this.#it = it;
    }

    get desiredSize() {
      const { controller } = this.#it.readable;
      return controller.steps.desiredSize(controller);
    }

    enqueue(chunk = undefined) {
      enqueue(this.#it, chunk);
    }

    error(reason = undefined) {
      fail(this.#it, reason);
    }

    terminate() {
      terminate(this.#it);
    }
  }
  internals.interface(TransformStreamDefaultController);

  class TransformStream {
    #readable;
    #writable;

    static {
      /** Returns the two sides of a transform stream, or undefined for any other value. */
      streams.sidesOf = (value) =>
        typeof value === "object" && value !== null && #readable in value
          ? { readable: value.#readable, writable: value.#writable }
          : undefined;
    }

    constructor(transformer = undefined, writing = undefined, reading = undefined, made = undefined) {
      let transform = transformer;
      if (made !== MADE) {
        const given = streams.given(transformer, "The transformer");
        const writable = streams.strategy(writing, 1);
        const readable = streams.strategy(reading, 0);
        const cancelling = callback(given.cancel, "The transformer's cancel");
        const flush = callback(given.flush, "The transformer's flush");
        if (given.readableType !== undefined) throw new RangeError("The readableType must be undefined.");
        const start = callback(given.start, "The transformer's start");
        const transforming = callback(given.transform, "The transformer's transform");
        if (given.writableType !== undefined) throw new RangeError("The writableType must be undefined.");
        transform = newTransform();
        const face = new TransformStreamDefaultController(transform, MADE);
        const started = deferred();
        connect(transform, started.promise, writable, readable);
        transform.transform = transforming === undefined ? (chunk) => {
          try {
            enqueue(transform, chunk);
            return resolved();
          } catch (error) {
            return rejected(error);
          }
        } : (chunk) => promised(transforming, transformer, [chunk, face]);
        if (flush !== undefined) transform.flush = () => promised(flush, transformer, [face]);
        if (cancelling !== undefined) {
          transform.cancel = (reason) => promised(cancelling, transformer, [reason]);
        }
        started.resolve(start === undefined ? undefined : apply(start, transformer, [face]));
      }
      this.#readable = streams.readableFace(transform.readable);
      this.#writable = streams.writableFace(transform.writable);
    }

    get readable() {
      return this.#readable;
    }

    get writable() {
      return this.#writable;
    }
  }
  internals.interface(TransformStream);

  /**
   * Creates the two sides of a transform of the platform's own. Its functions get `enqueue`, and
   * `ready`, which resolves when the reader wants more.
   */
  streams.transform = ({ transform: each, flush = nothing, mark = 1 }) => {
    const transform = newTransform();
    connect(transform, resolved(), { mark }, { mark: 0 });
    const enqueueNext = (chunk) => enqueue(transform, chunk);
    const ready = () => transform.pressed ? transform.changed.promise : undefined;
    transform.transform = (chunk) => promised(each, undefined, [chunk, enqueueNext, ready]);
    transform.flush = () => promised(flush, undefined, [enqueueNext, ready]);
    return transform;
  };

  /** Creates a transform stream with both sides of another one, which loses them. */
  streams.movedTransform = ({ readable, writable }) => {
    const sides = { readable: streams.takeReadable(readable), writable: streams.takeWritable(writable) };
    return new TransformStream(sides, undefined, undefined, MADE);
  };

  // For classes that extend it: `super(transform, undefined, undefined, OWN_TRANSFORM)`.
  streams.TransformStream = TransformStream;
  streams.OWN_TRANSFORM = MADE;
}
