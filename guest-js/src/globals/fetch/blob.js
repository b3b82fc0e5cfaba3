(native, internals) => {
  const { streams } = internals;
  const { bad, buffers, dictionary } = streams;
  const { iterator: ITERATOR } = Symbol;
  const { apply } = Reflect;
  const Bytes = Uint8Array;
  // The size of the chunks of a blob's stream in bytes.
  const PIECE = 64 << 10;

  const typeOf = (type) => native.blobType(`${type}`);

  const partOf = (part) => {
    if (isBlob(part)) return bytesOf(part);
    if (buffers.isView(part) || buffers.isBuffer(part)) return streams.bytesOf(part);
    return native.wellFormed(`${part}`);
  };
  const endingsOf = (endings) =>
    endings === "transparent" || endings === "native"
      ? endings
      : bad(`The endings must be "transparent" or "native", not "${endings}".`);

  /** Joins all chunks of a list, in a buffer of their own. */
  streams.joined = (list) => {
    let total = 0;
    for (let node = list.head; node !== undefined; node = node.next) {
      total += buffers.placeOf(node.value).length;
    }
    const all = new Bytes(total);
    const { buffer: into } = buffers.placeOf(all);
    let at = 0;
    for (let node = list.head; node !== undefined; node = node.next) {
      const { buffer, offset, length } = buffers.placeOf(node.value);
      // The buffer of an empty view may be detached.
      if (length > 0) buffers.copy(into, at, buffer, offset, length);
      at += length;
    }
    return all;
  };

  // Rounds to the nearest integer, and from halves to an even one, as Web IDL says.
  const clamped = (number) => {
    if (number !== number) return 0;
    const rest = number % 1;
    const whole = number - rest;
    const size = rest < 0 ? -rest : rest;
    return size < 0.5 || (size === 0.5 && whole % 2 === 0) ? whole : rest < 0 ? whole - 1 : whole + 1;
  };

  // Marks a blob made by this script, whose bytes nobody else holds.
  const MADE = {};
  let bytesOf;
  let isBlob;

  class Blob {
    // Never written to, so that slices can share it.
    #bytes;
    #type;

    constructor(parts = undefined, options = undefined, made = undefined) {
      if (made === MADE) {
        this.#bytes = parts;
        this.#type = options;
        return;
      }
      const list = streams.list();
      if (parts !== undefined) {
        const iterate = streams.given(parts, "The list of parts")[ITERATOR];
        if (typeof iterate !== "function") bad("The parts of a Blob must be a sequence.");
        for (const part of { [ITERATOR]: () => apply(iterate, parts, []) }) streams.push(list, partOf(part));
      }
      const given = dictionary(options, "The options");
      const { endings = "transparent" } = given;
      const isNative = endingsOf(`${endings}`) === "native";
      const { type = "" } = given;
      this.#type = typeOf(type);
      for (let node = list.head; node !== undefined; node = node.next) {
        const { value } = node;
        if (typeof value === "string") node.value = native.encode(isNative ? native.nativeEndings(value) : value);
      }
      this.#bytes = streams.joined(list);
    }

    static {
      isBlob = (value) => value !== null && typeof value === "object" && #bytes in value;
      bytesOf = (blob) => blob.#bytes;
      internals.isBlob = isBlob;
      internals.sameBlob = (blob) =>
        internals.isFile(blob)
          ? internals.fileOf(blob, internals.fileName(blob), internals.lastModified(blob))
          : make(blob.#bytes, blob.#type);
      internals.sharedBytes = bytesOf;
      internals.blobType = (blob) => blob.#type;
      internals.blobBytes = (blob) => native.copyBytes(blob.#bytes);
    }

    get size() {
      return buffers.placeOf(this.#bytes).length;
    }

    get type() {
      return this.#type;
    }

    slice(start = 0, end = undefined, type = "") {
      const { buffer, offset, length } = buffers.placeOf(this.#bytes);
      const at = (given) => {
        const whole = clamped(+given);
        const from = whole < 0 ? length + whole : whole;
        return from < 0 ? 0 : from > length ? length : from;
      };
      const from = at(start === Infinity ? length : start === -Infinity ? 0 : start);
      const to = end === undefined || end === Infinity ? length : end === -Infinity ? 0 : at(end);
      const count = to > from ? to - from : 0;
      return make(buffers.bytes(buffer, offset + from, count), typeOf(type));
    }

    async text() {
      return native.decode("utf-8", 0, this.#bytes);
    }

    async arrayBuffer() {
      return buffers.placeOf(native.copyBytes(this.#bytes)).buffer;
    }

    async bytes() {
      return native.copyBytes(this.#bytes);
    }

    stream() {
      const { buffer, offset, length } = buffers.placeOf(this.#bytes);
      let at = 0;
      const stream = streams.makeBytes({
        pull: (controller) => {
          if (at === length) return streams.resolved(controller.steps.close(controller));
          const from = at;
          at = length - at < PIECE ? length : at + PIECE;
          const piece = buffers.slice(buffer, offset + from, offset + at);
          streams.enqueueOwned(controller, piece, 0, at - from);
          return streams.resolved();
        },
      });
      return streams.readableFace(stream);
    }

    [internals.inspected]() {
      const { size, type } = this;
      return { size, type };
    }
  }
  internals.interface(Blob);
  internals.Blob = Blob;
  const make = (bytes, type) => new Blob(bytes, type, MADE);
  // For `File`: `super(bytes, type, OWN_BLOB)`.
  internals.OWN_BLOB = MADE;
  internals.makeBlob = make;

  /** Creates a blob from the data of a message, which may be anything. */
  internals.blobOf = (type, bytes) => {
    const copy = native.copyBytes(bytes);
    if (typeof type !== "string" || copy === undefined) bad("A Blob needs a type and bytes.");
    return make(copy, typeOf(type));
  };
}
