// Node's streams as those of the web, and the other way round.
"use strict";

const { codes: { ERR_INVALID_ARG_TYPE } } = require("node:internal/errors");
const { validateBoolean, validateObject, validateAbortSignal } = require("node:internal/validators");
const { Buffer } = require("node:buffer");
const nextTick = (...args) => require("node:process").nextTick(...args);

module.exports = ({ Duplex, Readable, Writable, finished, destroy, isDestroyed }) => {
  const options_ = (options) => {
    validateObject(options, "options");
    const { highWaterMark, encoding, objectMode = false, signal, decodeStrings = true } = options;
    validateBoolean(objectMode, "options.objectMode");
    validateAbortSignal(signal, "options.signal");
    return { highWaterMark, encoding, objectMode, signal, decodeStrings };
  };
  const check = (stream, Class, name) => {
    if (!(stream instanceof Class)) throw new ERR_INVALID_ARG_TYPE(name, Class.name, stream);
  };
  // An error of a callback is thrown where nobody's promise swallows it.
  const done = (callback, error) => nextTick(callback, error);

  const reading = (reader) => ({
    read() {
      reader.read().then(
        ({ done: end, value }) => this.push(end ? null : value),
        (error) => destroy(this, error),
      );
    },
  });
  const writing = (writer) => ({
    write(chunk, encoding, callback) {
      writer.ready.then(() => writer.write(chunk)).then(() => done(callback), (error) => done(callback, error));
    },
    final(callback) {
      writer.close().then(() => done(callback), (error) => done(callback, error));
    },
  });

  const readableFromWeb = (web, options = {}) => {
    check(web, ReadableStream, "readableStream");
    const settings = options_(options);
    const reader = web.getReader();
    let closed = false;
    const readable = new Readable({
      ...settings,
      ...reading(reader),
      destroy(error, callback) {
        if (closed) return done(callback, error);
        return reader.cancel(error).then(() => done(callback, error), (other) => done(callback, other));
      },
    });
    reader.closed.then(() => closed = true, (error) => {
      closed = true;
      destroy(readable, error);
    });
    return readable;
  };

  const writableFromWeb = (web, options = {}) => {
    check(web, WritableStream, "writableStream");
    const settings = options_(options);
    const writer = web.getWriter();
    let closed = false;
    const writable = new Writable({
      ...settings,
      ...writing(writer),
      destroy(error, callback) {
        if (closed) return done(callback, error);
        const ending = error != null ? writer.abort(error) : writer.close();
        return ending.then(() => done(callback, error), (other) => done(callback, error ?? other));
      },
    });
    writer.closed.then(() => closed = true, (error) => {
      closed = true;
      destroy(writable, error);
    });
    return writable;
  };

  const duplexFromWeb = (pair, options = {}) => {
    validateObject(pair, "pair");
    check(pair.readable, ReadableStream, "pair.readable");
    check(pair.writable, WritableStream, "pair.writable");
    const { allowHalfOpen = false } = options;
    const settings = options_(options);
    const reader = pair.readable.getReader();
    const writer = pair.writable.getWriter();
    let [readableClosed, writableClosed] = [false, false];
    const duplex = new Duplex({
      ...settings,
      allowHalfOpen,
      readableObjectMode: settings.objectMode,
      writableObjectMode: settings.objectMode,
      ...reading(reader),
      ...writing(writer),
      destroy(error, callback) {
        const endings = [];
        if (!writableClosed) endings.push(writer.abort(error));
        if (!readableClosed) endings.push(reader.cancel(error));
        Promise.all(endings).then(() => done(callback, error), (other) => done(callback, error ?? other));
      },
    });
    writer.closed.then(() => writableClosed = true, (error) => {
      [readableClosed, writableClosed] = [true, true];
      destroy(duplex, error);
    });
    reader.closed.then(() => readableClosed = true, (error) => {
      [readableClosed, writableClosed] = [true, true];
      destroy(duplex, error);
    });
    return duplex;
  };

  const readableToWeb = (readable, options = {}) => {
    if (typeof readable?._readableState !== "object") throw new ERR_INVALID_ARG_TYPE("streamReadable", "stream.Readable", readable);
    if (isDestroyed(readable) || readable.readable === false) {
      const web = new ReadableStream();
      web.cancel();
      return web;
    }
    const isBytes = options.type === "bytes";
    const { readableObjectMode, readableHighWaterMark } = readable;
    const strategy = isBytes ? { highWaterMark: readableHighWaterMark } : options.strategy ??
      (readableObjectMode ? new CountQueuingStrategy({ highWaterMark: readableHighWaterMark })
        : new ByteLengthQueuingStrategy({ highWaterMark: readableHighWaterMark }));
    let controller;
    let canceled = false;
    readable.pause();
    const cleanup = finished(readable, (error) => {
      if (error?.code === "ERR_STREAM_PREMATURE_CLOSE") error = Object.assign(new DOMException("The operation was aborted", "AbortError"), { cause: error });
      cleanup();
      readable.on("error", () => {});
      if (canceled) return;
      if (error) controller.error(error);
      else {
        controller.close();
        if (isBytes) controller.byobRequest?.respond(0);
      }
    });
    readable.on("data", (chunk) => {
      if (Buffer.isBuffer(chunk) && !readableObjectMode) chunk = new Uint8Array(chunk);
      controller.enqueue(chunk);
      if (controller.desiredSize <= 0) readable.pause();
    });
    return new ReadableStream({
      ...(isBytes ? { type: "bytes" } : {}),
      start(given) {
        controller = given;
      },
      pull() {
        readable.resume();
      },
      cancel(reason) {
        canceled = true;
        destroy(readable, reason);
      },
    }, strategy);
  };

  const writableToWeb = (writable) => {
    if (typeof writable?._writableState !== "object") throw new ERR_INVALID_ARG_TYPE("streamWritable", "stream.Writable", writable);
    if (isDestroyed(writable) || writable.writable === false) {
      const web = new WritableStream();
      web.close();
      return web;
    }
    const { writableObjectMode, writableHighWaterMark } = writable;
    const strategy = writableObjectMode ? new CountQueuingStrategy({ highWaterMark: writableHighWaterMark })
      : { highWaterMark: writableHighWaterMark };
    let controller;
    let pressure;
    let closing;
    const cleanup = finished(writable, (error) => {
      if (error?.code === "ERR_STREAM_PREMATURE_CLOSE") error = Object.assign(new DOMException("The operation was aborted", "AbortError"), { cause: error });
      cleanup();
      writable.on("error", () => {});
      if (error != null) {
        pressure?.reject(error);
        closing?.reject(error);
        closing = undefined;
        controller.error(error);
        controller = undefined;
        return;
      }
      if (closing !== undefined) {
        closing.resolve();
        closing = undefined;
        return;
      }
      controller.error(new DOMException("The operation was aborted", "AbortError"));
      controller = undefined;
    });
    writable.on("drain", () => pressure?.resolve());
    return new WritableStream({
      start(given) {
        controller = given;
      },
      write(chunk) {
        if (writable.writableNeedDrain || !writable.write(chunk)) {
          pressure = Promise.withResolvers();
          return pressure.promise.finally(() => pressure = undefined);
        }
        return undefined;
      },
      abort(reason) {
        destroy(writable, reason);
      },
      close() {
        if (closing === undefined && !writable.writableEnded) {
          closing = Promise.withResolvers();
          writable.end();
          return closing.promise;
        }
        return undefined;
      },
    }, strategy);
  };

  const duplexToWeb = (duplex, options) => {
    if (typeof duplex?._writableState !== "object" || typeof duplex?._readableState !== "object") {
      throw new ERR_INVALID_ARG_TYPE("duplex", "stream.Duplex", duplex);
    }
    if (isDestroyed(duplex)) {
      const [writable, readable] = [new WritableStream(), new ReadableStream()];
      writable.close();
      readable.cancel();
      return { readable, writable };
    }
    return {
      writable: duplex.writable ? writableToWeb(duplex) : closedWritable(),
      readable: duplex.readable ? readableToWeb(duplex, { type: options?.readableType ?? options?.type }) : closedReadable(),
    };
  };
  const closedWritable = () => {
    const web = new WritableStream();
    web.close();
    return web;
  };
  const closedReadable = () => {
    const web = new ReadableStream();
    web.cancel();
    return web;
  };

  Readable.fromWeb = readableFromWeb;
  Readable.toWeb = readableToWeb;
  Writable.fromWeb = writableFromWeb;
  Writable.toWeb = writableToWeb;
  Duplex.fromWeb = duplexFromWeb;
  Duplex.toWeb = duplexToWeb;
};
