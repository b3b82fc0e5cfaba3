(native, internals) => {
  const { streams } = internals;
  const { bad, buffers } = streams;
  const EMPTY = new Uint8Array();
  const notBytes = () => "The chunk must be an ArrayBuffer or a view of one.";
  const isShared = (chunk) => !buffers.isBuffer(buffers.isView(chunk) ? buffers.bufferOf(chunk) : chunk);

  // Codes one chunk, a piece after the other. Waits for a reader between two pieces, so that
  // what a small chunk expands to never lies in the memory at once.
  const code = async (codec, chunk, last, enqueue, ready) => {
    let input = chunk;
    let at = 0;
    for (;;) {
      const step = native.code(codec, input, at, last);
      at += step[1];
      if (buffers.placeOf(step[0]).length > 0) enqueue(step[0]);
      if (!step[2]) return;
      // Its owner may change or transfer the chunk in the meantime.
      if (input === chunk) input = native.copyBytes(chunk);
      await ready();
    }
  };

  const sidesOf = (codec) => {
    const { readable, writable } = streams.transform({
      transform(chunk, enqueue, ready) {
        const bytes = streams.bytesOf(chunk, notBytes);
        if (isShared(bytes)) bad("The chunk must not be shared memory.");
        return code(codec, bytes, false, enqueue, ready);
      },
      flush: (enqueue, ready) => code(codec, EMPTY, true, enqueue, ready),
    });
    return { readable: streams.readableFace(readable), writable: streams.writableFace(writable) };
  };

  const codecOf = (make, format, args) => {
    if (args.length === 0) bad("The format is missing.");
    const name = `${format}`;
    return make(name) ?? bad(`Unsupported compression format: '${name}'.`);
  };

  class CompressionStream {
    #sides;

    constructor(format) {
      this.#sides = sidesOf(codecOf(native.compressor, format, arguments));
    }

    get readable() {
      return this.#sides.readable;
    }

    get writable() {
      return this.#sides.writable;
    }
  }
  internals.interface(CompressionStream);

  class DecompressionStream {
    #sides;

    constructor(format) {
      this.#sides = sidesOf(codecOf(native.decompressor, format, arguments));
    }

    get readable() {
      return this.#sides.readable;
    }

    get writable() {
      return this.#sides.writable;
    }
  }
  internals.interface(DecompressionStream);
}
