(native, internals) => {
  const { streams } = internals;
  const { bad, buffers, deferred, handled, promise, resolved, then } = streams;
  const { parseUrl, send, urlPart } = native;
  const Failure = Error;

  const NO_ADDRESS = "Specified address could not be parsed.";

  /** Returns the host and the port of an address. */
  const addressOf = (given) => {
    if (typeof given === "object" && given !== null) {
      const { hostname, port } = given;
      if (hostname === undefined || port === undefined) bad(NO_ADDRESS);
      return { hostname: `${hostname}`, port: checkPort(+port) };
    }
    const url = parseUrl(`tcp://${given}`, undefined) ?? bad(NO_ADDRESS);
    const [hostname, port] = [urlPart(url, "hostname"), urlPart(url, "port")];
    if (hostname === "" || port === "" || urlPart(url, "href") !== `tcp://${hostname}:${port}`) bad(NO_ADDRESS);
    return { hostname, port: checkPort(+port) };
  };
  const checkPort = (port) => (port > 0 && port < 65536 && port % 1 === 0 ? port : bad(NO_ADDRESS));

  const NOT_BYTES = () => "A Socket only takes bytes: an ArrayBuffer or a view of one.";

  class Socket {
    #readable;
    #writable;
    // A promise of the streams that the host has returned.
    #inner;
    #opened;
    #closed = deferred();
    #secure;
    #isUpgraded = false;
    #allowsHalfOpen;
    #address;

    constructor(token, answer = undefined, address = undefined, secure = undefined, allowsHalfOpen = undefined) {
      if (token !== TOKEN) bad("Illegal constructor");
      this.#secure = secure;
      this.#allowsHalfOpen = allowsHalfOpen;
      this.#address = address;
      this.#inner = then(answer, ({ readable, writable, startTls }) => {
        const [source, sink] = [streams.readableOf(readable), streams.writableOf(writable)];
        if (source === undefined || sink === undefined) bad("The answer to connect() is no connection.");
        return { source, reader: streams.lock(source), sink, writer: streams.lockWritable(sink), startTls };
      });
      const { hostname, port } = address;
      this.#opened = then(this.#inner, () => ({ remoteAddress: `${hostname}:${port}`, localAddress: undefined }));
      handled(this.#opened);
      handled(this.#closed.promise);
      const failed = (error) => {
        this.#closed.reject(error);
        throw error;
      };
      handled(then(this.#inner, undefined, failed));
      const inner = this.#inner;
      this.#readable = streams.makeBytes({
        pull: (controller) => then(inner, ({ reader }) => promise((resolve, reject) => streams.readWith(reader, {
          chunk: (chunk) => {
            const { buffer, offset, length } = buffers.placeOf(chunk);
            streams.enqueueOwned(controller, buffer, offset, length);
            resolve();
          },
          close: () => {
            controller.steps.close(controller);
            this.#hasEnded();
            resolve();
          },
          error: (error) => {
            this.#closed.reject(error);
            reject(error);
          },
        }))),
        cancel: (reason) => then(inner, ({ source }) => streams.cancelReadable(source, reason)),
      });
      this.#writable = streams.makeWritable({
        write: (chunk) => then(inner, ({ writer }) =>
          then(streams.writeWith(writer, streams.bytesOfText(chunk, NOT_BYTES)), undefined, failed)),
        close: () => then(inner, ({ sink }) => then(streams.closeWritable(sink), () => {
          if (!this.#allowsHalfOpen || this.#readable.state === "closed") this.#closed.resolve();
        })),
        abort: (reason) => then(inner, ({ sink }) => streams.abortWritable(sink, reason)),
      });
      this.#readable = streams.readableFace(this.#readable);
      this.#writable = streams.writableFace(this.#writable);
    }

    // The peer sends no more.
    #hasEnded() {
      const stream = streams.writableOf(this.#writable);
      if (stream.state === "closed") this.#closed.resolve();
      else if (!this.#allowsHalfOpen) this.#closeWritable(stream);
    }

    #closeWritable(stream) {
      if (stream.state !== "writable" || streams.closeQueuedOrInFlight(stream)) return resolved();
      return handled(streams.closeWritable(stream));
    }

    get readable() {
      return this.#readable;
    }

    get writable() {
      return this.#writable;
    }

    get opened() {
      return this.#opened;
    }

    get closed() {
      return this.#closed.promise;
    }

    get upgraded() {
      return this.#isUpgraded;
    }

    get secureTransport() {
      return this.#secure;
    }

    /** Sends what was written, and ends the connection. */
    close() {
      const end = () => {
        handled(streams.cancelReadable(streams.readableOf(this.#readable), undefined));
        this.#closed.resolve();
      };
      then(this.#closeWritable(streams.writableOf(this.#writable)), end, end);
      return this.#closed.promise;
    }

    /** Returns a socket of the same connection, which goes over to TLS. */
    startTls(options = undefined) {
      streams.dictionary(options, "The options of startTls()");
      if (this.#isUpgraded) bad("Cannot call startTls() twice.");
      if (this.#secure !== "starttls") {
        bad("The `secureTransport` socket option must be set to 'starttls' for startTls to be used.");
      }
      this.#isUpgraded = true;
      const answer = then(this.#inner, ({ startTls, source }) => {
        const started = send(startTls, "start", []);
        handled(streams.cancelReadable(source, undefined));
        return started;
      });
      streams.breakOff(streams.readableOf(this.#readable), new Failure("The connection went over to TLS."));
      this.#closed.resolve();
      return new Socket(TOKEN, answer, this.#address, "on", this.#allowsHalfOpen);
    }

    [internals.inspected]() {
      const { secureTransport, upgraded } = this;
      return { secureTransport, upgraded };
    }
  }
  const TOKEN = {};
  internals.interface(Socket, false);

  /** Implements `connect()` of `cloudflare:sockets`. */
  const { connect } = {
    connect(address, options = undefined) {
      const outbound = internals.outbound();
      if (outbound === undefined) {
        throw new Failure(
          "This worker is not permitted to access the internet via global functions like connect(). " +
            "It must use capabilities (such as bindings in 'env') to talk to the outside world.",
        );
      }
      const to = addressOf(address);
      const { secureTransport = "off", allowHalfOpen = false, highWaterMark } = streams.dictionary(options, "The options of connect()");
      const secure = `${secureTransport}`;
      if (secure !== "off" && secure !== "on" && secure !== "starttls") {
        bad(`Unsupported value in secureTransport socket option: ${secure}`);
      }
      if (highWaterMark !== undefined && !(+highWaterMark >= 0)) bad("The highWaterMark must be a number that is not negative.");
      const { hostname, port } = to;
      const answer = send(outbound, "connect", [{ hostname, port, secureTransport: secure }]);
      return new Socket(TOKEN, answer, to, secure, !!allowHalfOpen);
    },
  };
  internals.connect = connect;
}
