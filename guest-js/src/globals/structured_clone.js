(native, internals) => {
  const bufferDetached = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "detached").get;
  const { apply } = Reflect;

  const transferred = (list) => {
    const buffers = [];
    for (const item of list) {
      let detached = true;
      try {
        detached = apply(bufferDetached, item, []);
      } catch {
        throw new DOMException("Value cannot be transferred.", "DataCloneError");
      }
      if (detached) {
        throw new DOMException("An ArrayBuffer is detached.", "DataCloneError");
      }
      for (let index = 0; index < buffers.length; index++) {
        if (buffers[index] === item) {
          throw new DOMException(
            "An ArrayBuffer is listed twice in the transfer list.", "DataCloneError",
          );
        }
      }
      buffers[buffers.length] = item;
    }
    return buffers;
  };

  const { structuredClone } = {
    structuredClone(value, options = undefined) {
      if (arguments.length === 0) {
        throw new TypeError("structuredClone needs an argument.");
      }
      const transfer = options?.transfer;
      const buffers = transfer === undefined ? [] : transferred(transfer);
      const clone = native.clone(value);
      for (let index = 0; index < buffers.length; index++) {
        native.detach(buffers[index]);
      }
      return clone;
    },
  };
  internals.operation("structuredClone", structuredClone);
}
