(native, internals) => {
  const { isList, streams } = internals;
  const { bad, buffers, deferred, list, nothing, push, resolved, shift } = streams;
  const { isBuffer, isView, lengthOf, placeOf, slice } = buffers;
  const { utf8Length } = native;
  const Bytes = Uint8Array;

  // The most messages and bytes that are handed over at a time. One message may be larger.
  const MOST_MESSAGES = 64;
  const MOST_BYTES = 256 << 10;

  const sizeOf = (message) =>
    typeof message === "string" ? utf8Length(message) : isList(message) ? 0 : placeOf(message).length;

  /** The functions that the files of the sockets share. */
  const messages = (internals.messages = { __proto__: null });

  /**
   * One direction of a WebSocket. A message is a string, a `Uint8Array` with a buffer of its own
   * or, as the last one, a list of the code and the reason of the close.
   */
  messages.queue = () => ({
    __proto__: null,
    list: list(),
    bytes: 0,
    // The bytes that were taken, and that the receiver has not confirmed.
    underway: 0,
    // True after the last message was put.
    isOver: false,
    // The reason why the other side is gone, if it has not closed.
    failure: undefined,
    // Called when there is a message to take.
    taker: nothing,
    emptied: undefined,
  });

  messages.put = (queue, message) => {
    if (queue.isOver) return;
    queue.isOver = isList(message);
    push(queue.list, message);
    queue.bytes += sizeOf(message);
    const { taker } = queue;
    taker();
  };

  messages.take = (queue) => {
    const message = shift(queue.list);
    queue.bytes -= sizeOf(message);
    return message;
  };

  messages.takeSome = (queue) => {
    const taken = [];
    const before = queue.bytes;
    while (queue.list.length > 0 && taken.length < MOST_MESSAGES && before - queue.bytes < MOST_BYTES) {
      taken[taken.length] = messages.take(queue);
    }
    return taken;
  };

  /** Ends a direction whose other side is gone. */
  messages.breakOff = (queue, failure) => {
    queue.failure ??= failure;
    messages.put(queue, [1006, ""]);
  };

  /** Ends a direction that nobody takes from any more. */
  messages.discard = (queue) => {
    queue.isOver = true;
    streams.clear(queue.list);
    queue.bytes = queue.underway = 0;
    messages.confirmEmpty(queue);
  };

  /** Returns a promise that is resolved when all messages were received. */
  messages.whenEmpty = (queue) => {
    if (queue.list.length === 0 && queue.emptied === undefined) return resolved();
    return (queue.emptied ??= deferred()).promise;
  };

  messages.confirmEmpty = (queue) => {
    const { emptied } = queue;
    queue.emptied = undefined;
    emptied?.resolve();
  };

  /** Returns the bytes of a buffer or view in a buffer of their own, or undefined. */
  messages.copied = (data) => {
    if (isView(data)) {
      const { buffer, offset, length } = placeOf(data);
      return new Bytes(slice(buffer, offset, offset + length));
    }
    return isBuffer(data) ? new Bytes(slice(data, 0, lengthOf(data))) : undefined;
  };

  const messageOf = (item) =>
    typeof item === "string" ? item
    : isList(item) && typeof item[0] === "number" && typeof item[1] === "string" ? [item[0], item[1]]
    : messages.copied(item) ?? bad("A message of a WebSocket is neither text nor bytes.");

  /** Puts messages that came from elsewhere, which may be anything. */
  messages.putAll = (queue, items) => {
    if (!isList(items)) bad("The messages of a WebSocket must be a list.");
    for (let index = 0; index < items.length; index++) messages.put(queue, messageOf(items[index]));
  };
}
