(native, internals) => {
  const { streams, isSignal, whenAborted, neverMindAbort } = internals;
  const {
    then, resolved, deferred, nothing, bad, dictionary, buffers,
  } = streams;
  const { all } = Promise;
  const Promised = Promise;
  const { apply } = Reflect;
  const together = (promises) => apply(all, Promised, [promises]);

  streams.pipeOptions = (options) => {
    const { preventAbort, preventCancel, preventClose, signal } = dictionary(options, "The options");
    if (signal !== undefined && !isSignal(signal)) bad("The option 'signal' is not an AbortSignal.");
    return {
      preventAbort: !!preventAbort, preventCancel: !!preventCancel, preventClose: !!preventClose, signal,
    };
  };

  /** Writes everything that is read from the source, as fast as the target takes it. */
  streams.pipe = (source, target, { preventAbort, preventCancel, preventClose, signal }) => {
    const reader = streams.lock(source);
    const writer = streams.lockWritable(target);
    source.disturbed = true;
    const done = deferred();
    let ending = false;
    let last = resolved();
    let abort;

    const finish = (failed, error) => {
      if (abort !== undefined) neverMindAbort(signal, abort);
      streams.releaseWriter(writer);
      streams.release(reader);
      if (failed) done.reject(error);
      else done.resolve(undefined);
    };
    // All chunks that were read are written before anything ends.
    const written = () => {
      const waited = last;
      return then(waited, () => (waited === last ? undefined : written()));
    };
    const shutdown = (action, failed, error) => {
      if (ending) return;
      ending = true;
      const act = () =>
        action === undefined ? finish(failed, error)
        : then(action(), () => finish(failed, error), (other) => finish(true, other));
      if (target.state === "writable" && !streams.closeQueuedOrInFlight(target)) then(written(), act);
      else act();
    };

    const sourceErrored = (error) =>
      shutdown(preventAbort ? undefined : () => streams.abortWritable(target, error), true, error);
    const targetErrored = (error) =>
      shutdown(preventCancel ? undefined : () => streams.cancelReadable(source, error), true, error);
    const sourceClosed = () =>
      shutdown(preventClose ? undefined : () =>
        streams.closeQueuedOrInFlight(target) || target.state === "closed" ? resolved()
        : target.state === "errored" ? streams.rejected(target.error)
        : streams.closeWritable(target), false);

    if (signal !== undefined) {
      abort = () => {
        const error = signal.reason;
        const actions = [];
        if (!preventAbort) {
          actions[actions.length] = () =>
            target.state === "writable" ? streams.abortWritable(target, error) : resolved();
        }
        if (!preventCancel) {
          actions[actions.length] = () =>
            source.state === "readable" ? streams.cancelReadable(source, error) : resolved();
        }
        shutdown(() => {
          const started = [];
          for (let index = 0; index < actions.length; index++) started[index] = actions[index]();
          return together(started);
        }, true, error);
      };
      if (signal.aborted) {
        abort();
        return done.promise;
      }
      whenAborted(signal, abort);
    }

    if (source.state === "errored") sourceErrored(source.error);
    else then(reader.closed.promise, nothing, sourceErrored);
    if (target.state === "errored") targetErrored(target.error);
    else then(writer.closed.promise, nothing, targetErrored);
    if (source.state === "closed") sourceClosed();
    else then(reader.closed.promise, sourceClosed, nothing);
    if (streams.closeQueuedOrInFlight(target) || target.state === "closed") {
      const error = new TypeError("The stream that is piped to is closed.");
      shutdown(preventCancel ? undefined : () => streams.cancelReadable(source, error), true, error);
    }

    const step = () => {
      if (ending) return;
      then(writer.ready.promise, () => {
        if (ending) return;
        streams.readWith(reader, {
          chunk(chunk) {
            // Not at once, because the program may be in the middle of `enqueue()`.
            last = then(then(resolved(), () => streams.writeWith(writer, chunk)), nothing, nothing);
            then(resolved(), step);
          },
          close: nothing,
          error: nothing,
        });
      }, nothing);
    };
    step();
    return done.promise;
  };
}
