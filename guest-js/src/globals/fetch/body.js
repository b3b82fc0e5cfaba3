(native, internals) => {
  const { parse } = JSON;
  const { apply, ownKeys } = Reflect;
  const { bind, call } = Function.prototype;
  const wellFormed = apply(bind, call, [String.prototype.toWellFormed]);
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { streams } = internals;
  const { bad, buffers } = streams;
  // Returns a promise that is fulfilled with a value that is no object.
  const { settled } = native;
  const BYTE_ORDER_MARK = "\uFEFF";

  const textOf = (data) => {
    if (data === null) return "";
    if (typeof data === "string" && data[0] !== BYTE_ORDER_MARK) return wellFormed(data);
    return native.decode("utf-8", 0, typeof data === "string" ? native.encode(data) : data);
  };

  const bytesOf = (data) =>
    typeof data === "string" ? native.encode(data) : native.copyBytes(data ?? "") ?? native.encode("");

  // The place of the body in the parts of a request, and of a response.
  const BODY = 3;
  let isBody;
  let dataOf;
  let fail;
  let clone;
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
      // Not the bytes themselves, because `Object.prototype.then` may have been set.
      else resolve({ __proto__: null, bytes: streams.joined(list) });
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

  /** A body that a program has looked at, or that is no text. */
  class Body {
    // A string, bytes that nobody else holds, or a stream; null if there is no body.
    #data;
    #used = false;

    constructor(data) {
      this.#data = data ?? null;
      if (data !== undefined) return;
      this.#data = "";
      this.#used = true;
    }

    static {
      isBody = (value) => value !== null && typeof value === "object" && #data in value;
      dataOf = (body) => body.#data;
      // Breaks the body off, so that the rest of it cannot be read.
      fail = (body, reason) => {
        if (body.#data === null || body.#used) return;
        let stream = streams.readableOf(body.#data);
        if (stream === undefined) {
          stream = streamOf(body.#data);
          body.#data = streams.readableFace(stream);
        }
        streams.breakOff(stream, reason);
      };
      clone = (body) => {
        const data = body.peek();
        const stream = streams.readableOf(data);
        if (stream === undefined) return data;
        const branches = streams.tee(stream, true);
        body.#data = streams.readableFace(branches[0]);
        return streams.readableFace(branches[1]);
      };
    }

    peek() {
      const stream = streams.readableOf(this.#data);
      if (this.#used || stream?.disturbed) throw new TypeError(USED);
      if (stream?.reader !== undefined) bad(streams.LOCKED);
      return this.#data;
    }

    take() {
      const data = this.peek();
      // A stream records by itself that it was used.
      this.#used = data !== null && !isStream(data);
      return data;
    }

    get face() {
      const data = this.#data;
      if (data === null || isStream(data)) return data;
      const stream = streamOf(data);
      if (this.#used) {
        streams.cancelReadable(stream);
        streams.lock(stream);
      }
      this.#data = streams.readableFace(stream);
      return this.#data;
    }

    get isUsed() {
      return this.#used || !!streams.readableOf(this.#data)?.disturbed;
    }
  }
  const NONE = new Body(null);
  // Most bodies are taken as a whole, so the parts of a message hold the data, and undefined once
  // it was taken, until a program asks for more. Nothing can be taken from null, so one body
  // serves all.
  const bodyIn = (parts) => {
    const body = parts[BODY];
    if (body === null) return NONE;
    return isBody(body) ? body : (parts[BODY] = new Body(body));
  };

  /** Takes the data out of the body: a string, bytes, a stream or null. */
  const take = (parts) => {
    const body = parts[BODY];
    if (typeof body !== "string") return body === null ? null : bodyIn(parts).take();
    parts[BODY] = undefined;
    return body;
  };
  internals.peekBody = (parts) => bodyIn(parts).peek();
  internals.takeBody = (parts) => {
    const data = take(parts);
    if (data === null || typeof data === "string") return data;
    const stream = streams.readableOf(data);
    if (stream === undefined) return data;
    return whole(stream) ?? streams.readableFace(streams.takeReadable(data));
  };
  // Null if there is no body; undefined for a stream whose bytes are not kept.
  internals.bodyToSendAgain = (parts) => {
    const data = parts[BODY];
    if (data === null || typeof data === "string") return data;
    const known = bodyIn(parts).peek();
    return isStream(known) ? streams.readableOf(known).whole : known;
  };
  internals.bodyStream = (parts) => {
    const data = dataOf(bodyIn(parts));
    return isStream(data) ? data : undefined;
  };
  internals.failBody = (parts, reason) => fail(bodyIn(parts), reason);
  internals.cloneBody = (parts) => clone(bodyIn(parts));

  /** Takes all of a body as bytes that nobody else holds, in the property `bytes`. */
  const allOf = async (parts) => {
    const data = take(parts);
    return isStream(data) ? await readAll(data) : { __proto__: null, bytes: bytesOf(data) };
  };

  const laterText = async (data) => textOf(isStream(data) ? (await readAll(data)).bytes : data);
  const laterJson = async (data) => parse(textOf(isStream(data) ? (await readAll(data)).bytes : data));

  /** Gives a class the members that requests and responses share. */
  internals.mixBody = (Class, partsOf) => {
    const members = {
      get body() {
        return bodyIn(partsOf(this)).face;
      },
      get bodyUsed() {
        return bodyIn(partsOf(this)).isUsed;
      },
      // Text that is in memory needs no asynchronous function, which costs more than all the rest.
      text() {
        try {
          const parts = partsOf(this);
          const data = parts[BODY];
          if (typeof data !== "string") return laterText(take(parts));
          parts[BODY] = undefined;
          return settled(data[0] === BYTE_ORDER_MARK ? textOf(data) : wellFormed(data));
        } catch (error) {
          return streams.rejected(error);
        }
      },
      json() {
        try {
          const data = take(partsOf(this));
          return typeof data === "string" ? streams.resolved(parse(textOf(data))) : laterJson(data);
        } catch (error) {
          return streams.rejected(error);
        }
      },
      async arrayBuffer() {
        const data = take(partsOf(this));
        return bufferOf(isStream(data) ? (await readAll(data)).bytes : bytesOf(data));
      },
      async bytes() {
        return (await allOf(partsOf(this))).bytes;
      },
      async blob() {
        const { bytes } = await allOf(partsOf(this));
        return internals.makeBlob(bytes, native.contentType(internals.contentType(this)));
      },
      async formData() {
        const { bytes } = await allOf(partsOf(this));
        return internals.formOfBody(bytes, internals.contentType(this));
      },
    };
    const keys = ownKeys(members);
    for (let index = 0; index < keys.length; index++) {
      defineProperty(Class.prototype, keys[index], getOwnPropertyDescriptor(members, keys[index]));
    }
  };

  /** Returns the text or bytes that are all of a stream, and uses the stream up. */
  const whole = (stream) => {
    const data = stream.whole;
    if (data !== undefined) streams.cancelReadable(stream);
    return data;
  };

  /** Creates a body from what a program gives, with the type that it implies. */
  internals.bodyOf = (init) => {
    if (init === undefined || init === null) return { __proto__: null, data: null, type: undefined };
    if (typeof init === "string") {
      return { __proto__: null, data: init, type: "text/plain;charset=UTF-8" };
    }
    const stream = streams.readableOf(init);
    if (stream !== undefined) {
      if (stream.disturbed) {
        bad("This ReadableStream is disturbed (has already been read from), and cannot be used as a body.");
      }
      if (stream.reader !== undefined) bad(streams.LOCKED);
      return { __proto__: null, data: init, type: undefined };
    }
    if (internals.isBlob(init)) {
      const type = internals.blobType(init);
      return { __proto__: null, data: internals.blobBytes(init), type: type === "" ? undefined : type };
    }
    if (internals.isFormData(init)) return internals.formBody(init);
    const form = internals.searchParamsText(init);
    if (form !== undefined) {
      return { __proto__: null, data: form, type: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    const bytes = native.copyBytes(internals.bytesOf(init));
    if (bytes !== undefined) return { __proto__: null, data: bytes, type: undefined };
    return { __proto__: null, data: `${init}`, type: "text/plain;charset=UTF-8" };
  };

  /** Creates a body from the data of a message, which may be anything. */
  internals.bodyOfData = (data) => {
    if (data === undefined || data === null || typeof data === "string") return data ?? null;
    if (isStream(data)) return internals.bodyOf(data).data;
    const bytes = native.copyBytes(data);
    if (bytes === undefined) throw new TypeError("The body must be a string, bytes or a stream of them.");
    return bytes;
  };

  /** Takes the body out for a message: text, bytes, a stream or null. */
  internals.bodyData = (parts) => {
    const body = parts[BODY];
    if (body === null) return null;
    if (typeof body === "string") {
      parts[BODY] = undefined;
      return body;
    }
    const data = internals.takeBody(parts);
    return data === null || typeof data === "string" || isStream(data) ? data : bytesOf(data);
  };
}
