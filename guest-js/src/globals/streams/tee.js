(native, internals) => {
  const { streams } = internals;
  const { buffers, deferred, nothing, resolved, then } = streams;
  const { placeOf } = buffers;
  const Bytes = Uint8Array;

  // The state of a tee of either kind of stream: two branches, each of which can be cancelled.
  const newTee = (source) => ({
    __proto__: null,
    source, whole: source.whole, branches: [], cancelled: [false, false], reasons: [undefined, undefined],
    both: deferred(), reading: false,
  });

  const each = ({ branches, cancelled }, act) => {
    for (let index = 0; index < 2; index++) {
      if (!cancelled[index]) act(branches[index].controller, index);
    }
  };

  const settle = (tee) => {
    if (!tee.cancelled[0] || !tee.cancelled[1]) tee.both.resolve(undefined);
  };

  const canceller = (tee, index) => (reason) => {
    tee.cancelled[index] = true;
    tee.reasons[index] = reason;
    if (tee.cancelled[1 - index]) {
      const reasons = [tee.reasons[0], tee.reasons[1]];
      then(streams.cancelReadable(tee.source, reasons), tee.both.resolve, tee.both.reject);
    }
    return tee.both.promise;
  };

  const passErrors = (tee, reader) => {
    then(reader.closed.promise, nothing, (error) => {
      // A reader that was replaced says nothing of the stream.
      if (reader.stream === undefined) return;
      each(tee, (controller) => controller.steps.error(controller, error));
      settle(tee);
    });
  };

  // Ends both branches because a chunk cannot be cloned.
  const fail = (tee, error) => {
    for (let index = 0; index < 2; index++) {
      const { controller } = tee.branches[index];
      controller.steps.error(controller, error);
    }
    then(streams.cancelReadable(tee.source, error), tee.both.resolve, tee.both.reject);
  };

  /** Creates two streams with the chunks of one. The second may get clones of them. */
  const teeDefault = (source, clones) => {
    const tee = newTee(source);
    const reader = streams.lock(source);
    let again = false;
    const pull = () => {
      if (tee.reading) {
        again = true;
        return resolved();
      }
      tee.reading = true;
      streams.readWith(reader, {
        chunk: (chunk) => {
          then(resolved(), () => {
            again = false;
            let other = chunk;
            if (clones && !tee.cancelled[1]) {
              try {
                other = internals.clone(chunk);
              } catch (error) {
                return fail(tee, error);
              }
            }
            each(tee, (controller, index) => controller.steps.enqueue(controller, index === 1 ? other : chunk));
            tee.reading = false;
            if (again) pull();
          });
        },
        close: () => {
          tee.reading = false;
          each(tee, (controller) => controller.steps.close(controller));
          settle(tee);
        },
        error: () => {
          tee.reading = false;
        },
      });
      return resolved();
    };
    for (let index = 0; index < 2; index++) {
      const algorithms = { __proto__: null, pull, cancel: canceller(tee, index) };
      tee.branches[index] = streams.makeReadable(algorithms);
    }
    passErrors(tee, reader);
    return tee;
  };

  const copyOf = (view) => {
    const { buffer, offset, length } = placeOf(view);
    return new Bytes(buffers.slice(buffer, offset, offset + length));
  };

  /** The same for bytes. A read of a branch into a view is passed on to the source. */
  const teeBytes = (source) => {
    const tee = newTee(source);
    const { branches, cancelled } = tee;
    const again = [false, false];
    let reader = streams.lock(source);

    const replaceReader = (byob) => {
      if (reader.byob === byob) return;
      streams.release(reader);
      reader = byob ? streams.lockBytes(source) : streams.lock(source);
      passErrors(tee, reader);
    };
    const pullAgain = () => {
      tee.reading = false;
      if (again[0]) pull(0);
      else if (again[1]) pull(1);
    };
    const finishReads = (index) => {
      const { controller } = branches[index];
      if (controller.pending.length > 0) streams.respond(controller, 0);
    };

    const pullChunk = () => {
      replaceReader(false);
      streams.readWith(reader, {
        chunk: (chunk) => {
          then(resolved(), () => {
            again[0] = again[1] = false;
            const other = cancelled[0] || cancelled[1] ? chunk : copyOf(chunk);
            each(tee, (controller, index) => controller.steps.enqueue(controller, index === 0 ? chunk : other));
            pullAgain();
          });
        },
        close: () => {
          tee.reading = false;
          each(tee, (controller) => streams.closeBytes(controller));
          finishReads(0);
          finishReads(1);
          settle(tee);
        },
        error: () => {
          tee.reading = false;
        },
      });
    };

    const pullInto = (view, index) => {
      replaceReader(true);
      const into = branches[index].controller;
      const other = branches[1 - index].controller;
      streams.readIntoWith(reader, view, 1, {
        chunk: (chunk) => {
          then(resolved(), () => {
            again[0] = again[1] = false;
            const copy = cancelled[1 - index] ? undefined : copyOf(chunk);
            if (!cancelled[index]) streams.respondWithView(into, chunk);
            if (copy !== undefined) other.steps.enqueue(other, copy);
            pullAgain();
          });
        },
        close: (chunk) => {
          tee.reading = false;
          each(tee, (controller) => streams.closeBytes(controller));
          if (chunk !== undefined) {
            if (!cancelled[index]) streams.respondWithView(into, chunk);
            if (!cancelled[1 - index]) finishReads(1 - index);
          }
          settle(tee);
        },
        error: () => {
          tee.reading = false;
        },
      });
    };

    const pull = (index) => {
      if (tee.reading) {
        again[index] = true;
        return resolved();
      }
      tee.reading = true;
      const view = streams.requestedView(branches[index].controller);
      if (view === undefined) pullChunk();
      else pullInto(view, index);
      return resolved();
    };
    for (let index = 0; index < 2; index++) {
      branches[index] = streams.makeBytes({ __proto__: null, pull: () => pull(index), cancel: canceller(tee, index) });
    }
    passErrors(tee, reader);
    return tee;
  };

  /**
   * Creates two streams with the chunks of one, read as fast as the faster of the two. With
   * `clones`, no chunk of the second is one of the first.
   */
  streams.tee = (source, clones = false) => {
    const { branches, whole } = streams.isBytes(source) ? teeBytes(source) : teeDefault(source, clones);
    branches[0].whole = branches[1].whole = whole;
    return branches;
  };
}
