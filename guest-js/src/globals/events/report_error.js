(native, internals) => {
  const { helpers } = internals;
  const enqueue = globalThis.queueMicrotask;

  internals.report = (error) => {
    if (!internals.uncaught(error)) native.report(error, helpers);
  };

  const { reportError } = {
    reportError(error) {
      if (arguments.length === 0) throw new TypeError("reportError needs an argument.");
      internals.report(error);
    },
  };
  internals.operation("reportError", reportError);

  const { queueMicrotask } = {
    queueMicrotask(callback) {
      if (typeof callback !== "function") {
        throw new TypeError(
          "Failed to execute 'queueMicrotask': parameter 1 is not of type 'Function'.",
        );
      }
      enqueue(() => {
        try {
          callback();
        } catch (error) {
          internals.report(error);
        }
      });
    },
  };
  internals.operation("queueMicrotask", queueMicrotask);
}
