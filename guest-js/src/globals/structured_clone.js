(native, internals) => {
  const ofBuffer = (name) => Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, name).get;
  const bufferDetached = ofBuffer("detached");
  const { apply } = Reflect;
  const Items = Map;
  const { has, get, set, forEach } = Map.prototype;
  const Exception = DOMException;
  const NONE = new Items();
  const refuse = (text) => {
    throw new Exception(text, "DataCloneError");
  };

  const isDetached = (item) => {
    try {
      return apply(bufferDetached, item, []);
    } catch {
      return refuse("Value cannot be transferred.");
    }
  };

  // Maps each object that is transferred to the state of its transfer.
  const transferred = (list) => {
    const { streams } = internals;
    const items = new Items();
    for (const item of list) {
      const sides = streams.sidesOf(item);
      const stream = streams.readableOf(item) ?? streams.writableOf(item);
      const isStream = sides !== undefined || stream !== undefined;
      const isLocked = sides === undefined
        ? stream !== undefined && streams.isLocked(stream)
        : streams.isLocked(streams.readableOf(sides.readable)) || streams.isLocked(streams.writableOf(sides.writable));
      if (isLocked) refuse("A stream that is locked cannot be transferred.");
      if (!isStream && isDetached(item)) refuse("An ArrayBuffer is detached.");
      if (apply(has, items, [item])) {
        refuse(`${isStream ? "A stream" : "An ArrayBuffer"} is listed twice in the transfer list.`);
      }
      apply(set, items, [item, { given: item, sides, isStream, moved: undefined }]);
    }
    return items;
  };

  // Returns the same stream with another holder.
  const move = (item) => {
    const { streams } = internals;
    item.moved ??= item.sides !== undefined
      ? streams.movedTransform(item.sides)
      : streams.readableOf(item.given) === undefined
      ? streams.writableFace(streams.takeWritable(item.given))
      : streams.readableFace(streams.takeReadable(item.given));
    return item.moved;
  };

  const { structuredClone } = {
    structuredClone(value, options = undefined) {
      if (arguments.length === 0) {
        throw new TypeError("structuredClone needs an argument.");
      }
      const transfer = options?.transfer;
      const items = transfer === undefined ? NONE : transferred(transfer);
      const { isBlob, sameBlob } = internals;
      const clone = native.clone(
        value,
        (held) => isBlob(held) || apply(has, items, [held]),
        (held) => (isBlob(held) ? sameBlob(held) : move(apply(get, items, [held]))),
      );
      apply(forEach, items, [(item) => {
        if (item.isStream) move(item);
        else native.detach(item.given);
      }]);
      return clone;
    },
  };
  internals.operation("structuredClone", structuredClone);
}
