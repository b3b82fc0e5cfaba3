(native, internals) => {
  const { apply } = Reflect;
  const { streams, RpcTarget } = internals;
  const { then, promise, deferred, resolved, rejected, handled, nothing, bad, buffers } = streams;
  const { placeOf, slice, isView, isBuffer } = buffers;
  const { streamSent, streamOver, within, send, setTimer, isStub } = native;
  const Exception = DOMException;
  const Bytes = Uint8Array;
  const Failure = Error;

  // The maximum number of bytes of a stream in one message. Larger chunks are sent in parts.
  const MOST = 256 << 10;

  const NOT_BYTES = "This ReadableStream did not return bytes.";
  const notRead = () => NOT_BYTES;
  const notWritten = () => "This WritableStream only takes bytes: an ArrayBuffer or a view of one.";
  const isBytes = (chunk) => isView(chunk) || isBuffer(chunk);
  streams.NOT_BYTES = NOT_BYTES;
  streams.isChunk = isBytes;

  /** Returns a part of a chunk in a buffer of its own, because the whole buffer is sent. */
  const part = (bytes, from, to) => {
    const { buffer, offset, length } = placeOf(bytes);
    if (from === 0 && to === length && buffers.lengthOf(buffer) === length) return bytes;
    return new Bytes(slice(buffer, offset + from, offset + to));
  };
  const sizeOf = (bytes) => placeOf(bytes).length;

  // The error messages of workerd for a stream whose other side is gone.
  const NO_MORE_TO_READ = "ReadableStream received over RPC disconnected prematurely.";
  const NO_MORE_TO_WRITE =
    "WritableStream received over RPC was disconnected because the remote execution context has ended.";
  // Others drop a stream at nobody's expense, and that calls the sender's code. So that code
  // runs in a turn of its own, which the sender pays for.
  const later = (invocation, act) => within(invocation, () => setTimer(act, 0, false));
  const dropped = () => new Exception("The other side of the stream has dropped it.", "AbortError");
  // A reason that is not an object says nothing by itself.
  const failure = (error) => typeof error === "object" && error !== null
    ? error
    : new Failure(NO_MORE_TO_READ, { cause: error });

  // The capability through which others read a stream of this worker. The code behind it runs
  // as part of the invocation that sent it, which stays open until the stream is done.
  class Source extends RpcTarget {
    #stream;
    #reader;
    #rest;
    #at = 0;
    #pulling = false;
    #over = false;
    #asked;
    #request = {
      chunk: (chunk) => this.#take(chunk),
      close: () => {
        this.#end();
        if (this.#asked !== undefined) this.#answer(undefined);
      },
      error: (error) => this.#fail(failure(error)),
    };
    // The reason why there is no more, although the stream has not ended.
    #broken;
    #invocation;

    constructor(stream) {
      super();
      this.#stream = stream;
      this.#reader = streams.lock(stream);
      this.#invocation = streamSent(this);
    }

    static withdraw(target) {
      if (#over in target) target.#drop();
    }

    static cut(target) {
      if (!(#over in target)) return;
      target.#over = true;
      target.#broken = new Failure(NO_MORE_TO_READ);
      target.#fail(target.#broken);
    }

    #end() {
      this.#rest = undefined;
      if (this.#over) return;
      this.#over = true;
      streamOver(this.#invocation, this);
    }

    #part() {
      const length = sizeOf(this.#rest);
      const to = length - this.#at < MOST ? length : this.#at + MOST;
      const bytes = part(this.#rest, this.#at, to);
      this.#at = to;
      if (to === length) this.#rest = undefined;
      return bytes;
    }

    #next() {
      if (this.#broken !== undefined) return rejected(this.#broken);
      if (this.#rest !== undefined) return resolved(this.#part());
      this.#asked = deferred();
      const { promise } = this.#asked;
      this.#read();
      return promise;
    }

    #read() {
      streams.readWith(this.#reader, this.#request);
    }

    // The request is forgotten first: this object may be collected late, if at all, and must
    // not hold the answer.
    #answer(bytes) {
      const { resolve } = this.#asked;
      this.#asked = undefined;
      resolve(bytes);
    }

    #fail(error) {
      const asked = this.#asked;
      this.#asked = undefined;
      asked?.reject(error);
      this.#end();
    }

    #take(chunk) {
      if (this.#asked === undefined) return;
      let bytes;
      try {
        bytes = streams.bytesOfText(chunk, notRead);
      } catch (error) {
        handled(streams.cancelReadable(this.#stream, error));
        return this.#fail(error);
      }
      const length = sizeOf(bytes);
      if (length === 0) return then(resolved(), () => this.#read());
      if (length <= MOST) return this.#answer(part(bytes, 0, length));
      this.#rest = bytes;
      this.#at = 0;
      this.#answer(this.#part());
    }

    /** Returns a promise of the next bytes, or of undefined at the end. */
    pull() {
      if (this.#pulling) bad("The stream is being pulled already.");
      this.#pulling = true;
      const idle = () => {
        this.#pulling = false;
      };
      const next = within(this.#invocation, () => this.#next());
      then(next, idle, idle);
      return next;
    }

    cancel(reason) {
      if (this.#broken !== undefined) return resolved();
      return within(this.#invocation, () => {
        const cancelled = streams.cancelReadable(this.#stream, reason);
        const end = () => this.#end();
        then(cancelled, end, end);
        return cancelled;
      });
    }

    #drop() {
      if (!this.#over) handled(this.cancel(dropped()));
    }

    [Symbol.dispose]() {
      if (!this.#over) later(this.#invocation, () => this.#drop());
    }
  }

  class Sink extends RpcTarget {
    #stream;
    #writer;
    #writing = false;
    #over = false;
    #cut = nothing;
    #broken;
    #invocation;

    constructor(stream) {
      super();
      this.#stream = stream;
      this.#writer = streams.lockWritable(stream);
      this.#invocation = streamSent(this);
    }

    static withdraw(target) {
      if (#over in target) target.#drop(dropped());
    }

    static cut(target) {
      if (!(#over in target)) return;
      target.#over = true;
      target.#broken = new Failure(NO_MORE_TO_WRITE);
      const cut = target.#cut;
      cut(target.#broken);
    }

    // Returns the result of `act`. The sink ends when that has failed or, if `always`, has
    // settled.
    #ending(act, always) {
      if (this.#broken !== undefined) return rejected(this.#broken);
      return promise((resolve, reject) => {
        this.#cut = reject;
        then(this.#within(act, always), resolve, reject);
      });
    }

    #within(act, always) {
      return within(this.#invocation, () => {
        const result = act();
        const end = () => {
          if (this.#over) return;
          this.#over = true;
          streamOver(this.#invocation, this);
        };
        then(result, always ? end : nothing, end);
        return result;
      });
    }

    /** Resolves when the bytes are written. Takes one chunk at a time, to bound the bytes. */
    write(chunk) {
      if (this.#writing) bad("The stream is being written to already.");
      const bytes = streams.bytesOfText(chunk, notWritten);
      this.#writing = true;
      const idle = () => {
        this.#writing = false;
      };
      const written = this.#ending(() => streams.writeWith(this.#writer, bytes), false);
      then(written, idle, idle);
      return written;
    }

    close() {
      return this.#ending(() => streams.closeChecked(this.#stream), true);
    }

    abort(reason) {
      return this.#ending(() => streams.abortWritable(this.#stream, reason), true);
    }

    #drop(reason) {
      if (!this.#over) handled(this.abort(reason));
    }

    [Symbol.dispose]() {
      if (!this.#over) later(this.#invocation, () => this.#drop(new Failure(NO_MORE_TO_WRITE)));
    }
  }

  const { withdraw: withdrawSource, cut: cutSource } = Source;
  const { withdraw: withdrawSink, cut: cutSink } = Sink;

  /** Breaks a stream that was offered by an invocation that is over. */
  internals.cutStream = (target) => {
    cutSource(target);
    cutSink(target);
  };

  /** Withdraws an object that was offered in a message that is never sent. */
  internals.withdraw = (target) => {
    withdrawSource(target);
    withdrawSink(target);
    internals.withdrawSignal(target);
    internals.withdrawSocket(target);
  };

  /** Returns what a message holds of a stream, and takes the stream away from its holder. */
  streams.sourceOf = (readable) => {
    const stream = streams.takeReadable(readable);
    const { remote } = stream;
    if (remote === undefined || stream.disturbed) return new Source(stream);
    native.handOn(remote);
    return remote;
  };

  streams.sinkOf = (writable) => {
    const stream = streams.takeWritable(writable);
    const { remote } = stream;
    if (remote === undefined || stream.state !== "writable") return new Sink(stream);
    native.handOn(remote);
    return remote;
  };

  const dispose = (stub) => apply(native.dispose, stub, []);
  const alone = (stub) => (isStub(stub) ? stub : bad("A stream that came is none."));

  /** Creates a stream whose bytes come from a source elsewhere. It is asked for each chunk. */
  streams.readableFrom = (source) => {
    const stub = alone(source);
    const stream = streams.makeBytes({
      pull: (controller) => then(send(stub, "pull", []), (chunk) => {
        const { stream } = controller;
        if (stream.state !== "readable") return;
        if (chunk === undefined || chunk === null) {
          dispose(stub);
          return controller.steps.close(controller);
        }
        if (!isBytes(chunk) || sizeOf(streams.bytesOf(chunk)) === 0) {
          handled(send(stub, "cancel", []));
          dispose(stub);
          bad(NOT_BYTES);
        }
        const { buffer, offset, length } = placeOf(streams.bytesOf(chunk));
        streams.enqueueOwned(controller, buffer, offset, length);
      }, (error) => {
        dispose(stub);
        throw error;
      }),
      cancel: (reason) => {
        const cancelled = send(stub, "cancel", [reason]);
        dispose(stub);
        return cancelled;
      },
    });
    stream.remote = stub;
    return streams.readableFace(stream);
  };

  /** Creates a stream whose bytes a sink elsewhere takes, one chunk at a time. */
  streams.writableFrom = (sink) => {
    const stub = alone(sink);
    let over = false;
    const end = (method, args) => {
      // A failed write has already ended it.
      if (over) return resolved();
      over = true;
      const ended = send(stub, method, args);
      dispose(stub);
      return ended;
    };
    const write = (bytes, from) => {
      const length = sizeOf(bytes);
      if (from >= length) return resolved();
      const to = length - from < MOST ? length : from + MOST;
      return then(send(stub, "write", [part(bytes, from, to)]), () => write(bytes, to));
    };
    const stream = streams.makeWritable({
      write: (chunk) => {
        const written = promise((resolve) => resolve(write(streams.bytesOfText(chunk, notWritten), 0)));
        return then(written, undefined, (error) => {
          // A part of the bytes must not be taken for the whole.
          handled(end("abort", [error]));
          throw error;
        });
      },
      close: () => end("close", []),
      abort: (reason) => end("abort", [reason]),
    });
    stream.remote = stub;
    return streams.writableFace(stream);
  };
}
