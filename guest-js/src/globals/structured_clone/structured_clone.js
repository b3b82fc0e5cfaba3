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

  // Resizable buffers and the views of them are copied here: a message has none.
  const Buffer = ArrayBuffer;
  const Bytes = Uint8Array;
  const { resize } = Buffer.prototype;
  const [maxByteLength, resizable] = ["maxByteLength", "resizable"].map(ofBuffer);
  const { at, set: setBytes } = Object.getPrototypeOf(Bytes.prototype);

  const isResizable = (held) => {
    const { buffers } = internals.streams;
    const buffer = buffers.isView(held) ? buffers.bufferOf(held) : held;
    return buffers.isBuffer(buffer) && apply(resizable, buffer, []) && !buffers.isDetached(buffer);
  };

  // Returns true if the length of a view changes with that of its buffer. Nothing says so, so
  // the buffer grows or shrinks for a moment.
  const isTracking = (view, buffer, { offset, length, size }) => {
    const { buffers } = internals.streams;
    const bytes = buffers.lengthOf(buffer);
    const grows = apply(maxByteLength, buffer, []) - bytes >= size;
    if (offset + length + size <= bytes || (!grows && length < 2 * size)) return false;
    const kept = new Bytes(new Bytes(buffer));
    apply(resize, buffer, [grows ? bytes + size : bytes - size]);
    let now = 0;
    try {
      now = buffers.placeOf(view).length;
    } catch { /* A `DataView` of a fixed length is out of bounds. */ }
    apply(resize, buffer, [bytes]);
    apply(setBytes, new Bytes(buffer), [kept]);
    return now !== 0 && now !== length;
  };

  const viewCopy = (view, copies) => {
    const { buffers } = internals.streams;
    const { Kind, size } = buffers.kindOf(view);
    let place;
    try {
      place = buffers.placeOf(view);
      if (Kind !== DataView) apply(at, view, [0]);
    } catch {
      refuse("A view is out of the bounds of its ArrayBuffer.");
    }
    const { buffer, offset, length } = place;
    const to = resizableCopy(buffer, copies);
    return isTracking(view, buffer, { offset, length, size })
      ? new Kind(to, offset)
      : new Kind(to, offset, length / size);
  };

  const bufferCopy = (buffer) => {
    const copy = new Buffer(internals.streams.buffers.lengthOf(buffer), {
      __proto__: null,
      maxByteLength: apply(maxByteLength, buffer, []),
    });
    apply(setBytes, new Bytes(copy), [new Bytes(buffer)]);
    return copy;
  };

  const resizableCopy = (held, copies) => {
    const known = apply(get, copies, [held]);
    if (known !== undefined) return known;
    const isView = internals.streams.buffers.isView(held);
    const copy = isView ? viewCopy(held, copies) : bufferCopy(held);
    apply(set, copies, [held, copy]);
    return copy;
  };

  const isDetached = (item) => {
    try {
      return apply(bufferDetached, item, []);
    } catch {
      return refuse("Value cannot be transferred.");
    }
  };

  // Maps each object that is transferred to the state of its transfer.
  const transferred = (list, check) => {
    const { streams } = internals;
    const items = new Items();
    const parts = new Items();
    for (const item of list) {
      check?.(item);
      const isPort = internals.isPort(item);
      const sides = streams.sidesOf(item);
      const stream = streams.readableOf(item) ?? streams.writableOf(item);
      const moves = isPort || sides !== undefined || stream !== undefined;
      const isLocked = sides === undefined
        ? stream !== undefined && streams.isLocked(stream)
        : streams.isLocked(streams.readableOf(sides.readable)) || streams.isLocked(streams.writableOf(sides.writable));
      if (isLocked) refuse("A stream that is locked cannot be transferred.");
      if (isPort && internals.isMovedPort(item)) refuse("A MessagePort is detached.");
      if (!moves && isDetached(item)) refuse("An ArrayBuffer is detached.");
      if (apply(has, items, [item])) {
        refuse(`${isPort ? "A MessagePort" : moves ? "A stream" : "An ArrayBuffer"} is listed twice in the transfer list.`);
      }
      if (sides !== undefined && (apply(has, items, [sides.readable]) || apply(has, items, [sides.writable])) ||
        apply(has, parts, [item])) {
        refuse("A TransformStream cannot be transferred together with one of its sides.");
      }
      if (sides !== undefined) {
        apply(set, parts, [sides.readable, true]);
        apply(set, parts, [sides.writable, true]);
      }
      apply(set, items, [item, { given: item, sides, isPort, moves, moved: undefined }]);
    }
    return items;
  };

  // Returns the same stream or port with another holder.
  const move = (item) => {
    const { streams } = internals;
    item.moved ??= item.isPort
      ? internals.movePort(item.given)
      : item.sides !== undefined
      ? streams.movedTransform(item.sides)
      : streams.readableOf(item.given) === undefined
      ? streams.writableFace(streams.takeWritable(item.given))
      : streams.readableFace(streams.takeReadable(item.given));
    return item.moved;
  };

  const cloned = (value, items) => {
    const { isBlob, sameBlob, subtle } = internals;
    const copies = new Items();
    const clone = native.clone(
      value,
      (held) => isResizable(held) || isBlob(held) || subtle.isKey(held) || apply(has, items, [held]),
      isResizable,
      (held) => isResizable(held)
        ? resizableCopy(held, copies)
        : isBlob(held)
        ? sameBlob(held)
        : subtle.isKey(held)
        ? subtle.sameKey(held)
        : move(apply(get, items, [held])),
    );
    apply(forEach, items, [(item) => {
      if (item.moves) move(item);
      else native.detach(item.given);
    }]);
    return clone;
  };

  /**
   * Clones a message for another port, and returns the ports that are transferred with it. Calls
   * `check` with each object that is to be transferred.
   */
  internals.cloneMessage = (value, transfer, check) => {
    const items = transfer === undefined ? NONE : transferred(transfer, check);
    const data = cloned(value, items);
    const ports = [];
    apply(forEach, items, [(item) => {
      if (item.isPort) ports[ports.length] = item.moved;
    }]);
    return { data, ports };
  };

  const { structuredClone } = {
    structuredClone(value, options = undefined) {
      if (arguments.length === 0) {
        throw new TypeError("structuredClone needs an argument.");
      }
      if (options !== undefined && typeof options !== "object" && typeof options !== "function") {
        throw new TypeError("The options of structuredClone must be an object.");
      }
      const transfer = options?.transfer;
      return cloned(value, transfer === undefined ? NONE : transferred(transfer));
    },
  };
  internals.clone = (value) => cloned(value, NONE);
  internals.operation("structuredClone", structuredClone);
}
