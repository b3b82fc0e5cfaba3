(native, internals) => {
  const { parse } = JSON;
  const { streams } = internals;
  const { bad, buffers } = streams;
  const BYTE_ORDER_MARK = "\uFEFF";

  const textOf = (data) => {
    if (data === null) return "";
    if (typeof data === "string" && data[0] !== BYTE_ORDER_MARK) return data;
    return native.decode("utf-8", 0, 0, typeof data === "string" ? native.encode(data) : data);
  };

  const bytesOf = (data) =>
    typeof data === "string" ? native.encode(data) : native.copyBytes(data ?? "") ?? native.encode("");

  const USED =
    "Body has already been used. It can only be used once. Use tee() first if you need to " +
    "read it twice.";

  const isStream = (data) => streams.readableOf(data) !== undefined;
  const bufferOf = (bytes) => buffers.placeOf(bytes).buffer;

  /** Reads everything that a stream yields. */
  const readAll = (readable) => {
    const stream = streams.readableOf(readable);
    const list = streams.list();
    const reader = streams.lock(stream);
    let all = streams.deferred();
    const { promise } = all;
    // The request refers to itself, so it must not hold the bytes after everything is read.
    const finish = (error) => {
      const { resolve, reject } = all;
      all = undefined;
      if (error !== undefined) reject(error.value);
      else resolve(streams.joined(list));
      streams.clear(list);
    };
    const request = {
      chunk: (chunk) => {
        if (!streams.isChunk(chunk)) {
          const value = new TypeError(streams.NOT_BYTES);
          finish({ value });
          return streams.handled(streams.cancelReadable(stream, value));
        }
        streams.push(list, streams.bytesOf(chunk));
        streams.then(streams.resolved(), read);
      },
      close: () => finish(undefined),
      error: (value) => finish({ value }),
    };
    const read = () => streams.readWith(reader, request);
    read();
    return promise;
  };

  /** Creates a stream of data that is in memory. */
  const streamOf = (data) => {
    const stream = streams.makeBytes({
      pull: (controller) => {
        const { buffer, offset, length } = buffers.placeOf(bytesOf(data));
        if (length > 0) streams.enqueueOwned(controller, buffer, offset, length);
        controller.steps.close(controller);
        return streams.resolved();
      },
    });
    stream.whole = data;
    return stream;
  };

  /** The common part of requests and responses. */
  internals.Body = class Body {
    // A string, bytes that nobody else holds, or a stream; null if there is no body.
    #data;
    #used = false;

    constructor(data) {
      this.#data = data;
    }

    static {
      internals.peekBody = (owner) => owner.#peek();
      internals.takeBody = (owner) => {
        const data = owner.#take();
        const stream = streams.readableOf(data);
        if (stream === undefined) return data;
        return whole(stream) ?? streams.readableFace(streams.takeReadable(data));
      };
      // Null if there is no body; undefined for a stream whose bytes are not kept.
      internals.bodyToSendAgain = (owner) => {
        const data = owner.#peek();
        return isStream(data) ? streams.readableOf(data).whole : data;
      };
      internals.bodyStream = (owner) => (isStream(owner.#data) ? owner.#data : undefined);
      // Breaks the body off, so that the rest of it cannot be read.
      internals.failBody = (owner, reason) => {
        if (owner.#data === null || owner.#used) return;
        let stream = streams.readableOf(owner.#data);
        if (stream === undefined) {
          stream = streamOf(owner.#data);
          owner.#data = streams.readableFace(stream);
        }
        streams.breakOff(stream, reason);
      };
      internals.cloneBody = (owner) => {
        const data = owner.#peek();
        const stream = streams.readableOf(data);
        if (stream === undefined) return data;
        const branches = streams.tee(stream);
        owner.#data = streams.readableFace(branches[0]);
        return streams.readableFace(branches[1]);
      };
    }

    #peek() {
      const stream = streams.readableOf(this.#data);
      if (this.#used || stream?.disturbed) throw new TypeError(USED);
      if (stream?.reader !== undefined) bad(streams.LOCKED);
      return this.#data;
    }

    #take() {
      const data = this.#peek();
      // A stream records by itself that it was used.
      this.#used = data !== null && !isStream(data);
      return data;
    }

    get body() {
      const data = this.#data;
      if (data === null || isStream(data)) return data;
      const stream = streamOf(data);
      if (this.#used) streams.cancelReadable(stream);
      this.#data = streams.readableFace(stream);
      return this.#data;
    }

    get bodyUsed() {
      return this.#used || !!streams.readableOf(this.#data)?.disturbed;
    }

    async text() {
      const data = this.#take();
      return textOf(isStream(data) ? await readAll(data) : data);
    }

    async json() {
      const data = this.#take();
      return parse(textOf(isStream(data) ? await readAll(data) : data));
    }

    async arrayBuffer() {
      const data = this.#take();
      return isStream(data) ? bufferOf(await readAll(data)) : bufferOf(bytesOf(data));
    }

    async bytes() {
      const data = this.#take();
      return isStream(data) ? await readAll(data) : bytesOf(data);
    }

    async blob() {
      const data = this.#take();
      const bytes = isStream(data) ? await readAll(data) : bytesOf(data);
      return internals.makeBlob(bytes, internals.contentType(this));
    }
  };
  internals.interface(internals.Body, false);
  delete internals.Body.prototype.constructor;

  /** Returns the text or bytes that are all of a stream, and uses the stream up. */
  const whole = (stream) => {
    const data = stream.whole;
    if (data !== undefined) streams.cancelReadable(stream);
    return data;
  };

  /** Creates a body from what a program gives, with the type that it implies. */
  internals.bodyOf = (init) => {
    if (init === undefined || init === null) return { data: null };
    const stream = streams.readableOf(init);
    if (stream !== undefined) {
      if (stream.disturbed) {
        bad("This ReadableStream is disturbed (has already been read from), and cannot be used as a body.");
      }
      if (stream.reader !== undefined) bad(streams.LOCKED);
      return { data: init };
    }
    if (internals.isBlob(init)) {
      const type = internals.blobType(init);
      return { data: internals.blobBytes(init), type: type === "" ? undefined : type };
    }
    const form = internals.searchParamsText(init);
    if (form !== undefined) {
      return { data: form, type: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    const bytes = native.copyBytes(internals.bytesOf(init));
    if (bytes !== undefined) return { data: bytes };
    return { data: native.wellFormed(`${init}`), type: "text/plain;charset=UTF-8" };
  };

  /** Creates a body from the data of a message, which may be anything. */
  internals.bodyOfData = (data) => {
    if (data === undefined || data === null || typeof data === "string") return data ?? null;
    if (isStream(data)) return internals.bodyOf(data).data;
    const bytes = native.copyBytes(data);
    if (bytes === undefined) throw new TypeError("The body must be a string, bytes or a stream of them.");
    return bytes;
  };

  /** Returns the body for a message: bytes, a stream or null. */
  internals.bodyData = (owner) => {
    const data = internals.takeBody(owner);
    return data === null || isStream(data) ? data : bytesOf(data);
  };
}
