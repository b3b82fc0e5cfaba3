(native, internals) => {
  const { streams } = internals;
  const { bad, buffers, OWN_TRANSFORM: OWN, TransformStream } = streams;
  const Bytes = Uint8Array;

  /** Returns a view of the bytes of a buffer or of a view, or throws for any other value. */
  streams.bytesOf = (chunk, refusal) => {
    if (buffers.isView(chunk)) {
      const { buffer, offset, length } = buffers.placeOf(chunk);
      return new Bytes(buffer, offset, length);
    }
    return buffers.isBuffer(chunk) ? new Bytes(chunk) : bad(refusal(chunk));
  };
  /** The same for a value that may also be text, which is sent as UTF-8. */
  streams.bytesOfText = (chunk, refusal) =>
    typeof chunk === "string" ? native.encode(chunk) : streams.bytesOf(chunk, refusal);
  const notBytes = () =>
    "This TransformStream is being used as a byte stream, but received an object of " +
    "non-ArrayBuffer/ArrayBufferView type on its writable side.";

  class IdentityTransformStream extends TransformStream {
    constructor(strategy = undefined) {
      const { mark } = streams.strategy(strategy, 1);
      const own = streams.transform({
        transform(chunk, enqueue) {
          const bytes = streams.bytesOfText(chunk, notBytes);
          if (buffers.placeOf(bytes).length > 0) enqueue(bytes);
        },
        mark,
      });
      super(own, undefined, undefined, OWN);
    }
  }
  internals.interface(IdentityTransformStream);

  class FixedLengthStream extends TransformStream {
    constructor(expectedLength, strategy = undefined) {
      const length = typeof expectedLength === "bigint" ? Number(expectedLength) : +expectedLength;
      if (!(length >= 0 && length <= Number.MAX_SAFE_INTEGER && length % 1 === 0)) {
        bad("FixedLengthStream requires an integer expected length less than 2^53.");
      }
      const { mark } = streams.strategy(strategy, 1);
      let left = length;
      const own = streams.transform({
        transform(chunk, enqueue) {
          const bytes = streams.bytesOfText(chunk, notBytes);
          const count = buffers.placeOf(bytes).length;
          if (count > left) bad("Attempt to write too many bytes through a FixedLengthStream.");
          left -= count;
          if (count > 0) enqueue(bytes);
        },
        flush() {
          if (left > 0) bad("FixedLengthStream did not see all expected bytes before close().");
        },
        mark,
      });
      super(own, undefined, undefined, OWN);
    }
  }
  internals.interface(FixedLengthStream);
}
