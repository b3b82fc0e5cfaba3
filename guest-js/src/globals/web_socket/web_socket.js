(native, internals) => {
  const { apply } = Reflect;
  const { defineProperty, keys } = Object;
  const { iterator: ITERATOR } = Symbol;
  const { join } = Array.prototype;
  const { slice } = String.prototype;
  const { dispatch, messageEvent, messages, streams } = internals;
  const { bad, buffers, resolved, then } = streams;
  const { put, take } = messages;
  const { trusted } = internals.event;
  const [Happening, Closing, Failing, Exception] = [Event, CloseEvent, ErrorEvent, DOMException];
  const [Failure, Promised] = [TypeError, Promise];
  const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  const { CONNECTING, OPEN, CLOSING, CLOSED } = STATES;
  const MAX_REASON = 123;
  // The code of a close without a code.
  const NO_CODE = 1005;
  const NO_CONNECTION = 1006;

  const syntaxError = (text) => {
    throw new Exception(text, "SyntaxError");
  };

  const urlOf = (given) => {
    const url = native.parseUrl(given, undefined) ?? syntaxError(`Invalid WebSocket URL: ${given}`);
    const scheme = native.urlPart(url, "protocol");
    const rest = apply(slice, native.urlPart(url, "href"), [scheme.length]);
    if (native.urlPart(url, "hash") !== "") syntaxError("The URL of a WebSocket has no fragment.");
    if (scheme === "ws:" || scheme === "http:") return `ws:${rest}`;
    if (scheme === "wss:" || scheme === "https:") return `wss:${rest}`;
    return syntaxError("The scheme of a WebSocket's URL must be ws or wss.");
  };

  const protocolsOf = (given) => {
    if (given === undefined) return [];
    const iterate = given !== null && typeof given === "object" ? given[ITERATOR] : undefined;
    const list = typeof iterate === "function" ? { [ITERATOR]: () => apply(iterate, given, []) } : [given];
    const names = [];
    const known = { __proto__: null };
    for (const item of list) {
      const name = `${item}`;
      if (native.headerName(name) === undefined || name in known) {
        syntaxError("A protocol of a WebSocket must be a token, and not occur twice.");
      }
      known[name] = true;
      names[names.length] = name;
    }
    return names;
  };

  const checkClose = (code, reason) => {
    if (code === undefined) {
      if (reason !== undefined) bad("A reason to close a WebSocket needs a code.");
      return [NO_CODE, ""];
    }
    const number = code & 0xffff;
    if (number < 1000 || number > 4999 || number === 1004 || number === NO_CODE || number === NO_CONNECTION || number === 1015) {
      bad(`Invalid WebSocket close code: ${code}.`);
    }
    const text = reason === undefined ? "" : native.wellFormed(`${reason}`);
    if (native.utf8Length(text) > MAX_REASON) syntaxError(`The reason to close a WebSocket has at most ${MAX_REASON} bytes.`);
    return [number, text];
  };

  // The invocation in which a message arrives lasts until the promises of its listeners settle.
  const keepOpen = (result) => {
    if (result instanceof Promised) internals.keepOpen(native.currentInvocation(), result);
  };

  // Marks a socket made by this script, which sets the parts itself.
  const MADE = {};
  let make;

  class WebSocket extends EventTarget {
    #in;
    #out;
    // The end elsewhere, if this is its other end.
    #remote;
    #state = OPEN;
    #isAccepted = false;
    #isSent = false;
    #hasClosed = false;
    #isHalfOpen = false;
    #isTaking = false;
    #url = null;
    #origin = "";
    #protocol = "";
    #binaryType = "arraybuffer";
    #attachment = null;
    // Aborts the request that opens the socket.
    #opening;

    constructor(url, protocols = undefined, made) {
      super();
      if (made === MADE) return;
      if (arguments.length === 0) bad("WebSocket needs a URL.");
      this.#url = urlOf(url);
      const names = protocolsOf(protocols);
      this.#state = CONNECTING;
      this.#in = messages.queue();
      this.#out = messages.queue();
      this.#open(names);
    }

    static {
      make = (incoming, outgoing, remote) => {
        const socket = new WebSocket("", undefined, MADE);
        socket.#in = incoming;
        socket.#out = outgoing;
        socket.#remote = remote;
        return socket;
      };
      internals.isSocket = (value) => value !== null && typeof value === "object" && #isSent in value;
      /** Returns what a message holds of a socket, and takes the socket away from its holder. */
      internals.endOf = (socket) => {
        if (socket.#isAccepted) bad("Can't return WebSocket in a Response after calling accept().");
        if (socket.#isSent) bad("Can't return WebSocket that was already used in a response.");
        socket.#isSent = true;
        const remote = socket.#remote;
        if (remote === undefined) return internals.newEnd(socket.#in, socket.#out);
        native.handOn(remote);
        return remote;
      };
    }

    #open(protocols) {
      const headers = [["upgrade", "websocket"]];
      if (protocols.length > 0) headers[1] = ["sec-websocket-protocol", apply(join, protocols, [", "])];
      this.#opening = internals.makeSignal();
      const init = { __proto__: null, headers, redirect: "manual", signal: this.#opening };
      const fetched = internals.fetchThrough(undefined, `http${apply(slice, this.#url, [2])}`, init);
      then(fetched, (response) => {
        const { socket, protocol } = internals.upgradeOf(response);
        const status = internals.statusOfResponse(response);
        if (socket === undefined) return this.#fail(new Failure(`The server answered with the status ${status} in place of 101.`));
        if (this.#state !== CONNECTING) return apply(native.dispose, socket.#remote, []);
        this.#remote = socket.#remote;
        this.#protocol = protocol;
        this.#origin = native.urlPart(native.parseUrl(this.#url, undefined), "origin");
        this.#state = OPEN;
        socket.#isSent = true;
        // A listener may send. Messages that have come wait for the next job.
        this.#accept();
        dispatch(this, trusted(new Happening("open")), keepOpen);
      }, (error) => this.#fail(error));
    }

    accept(options = undefined) {
      const { allowHalfOpen = false } = streams.dictionary(options, "The options");
      if (this.#isAccepted) return;
      if (this.#opening !== undefined) bad("Websockets obtained from the 'new WebSocket()' constructor cannot call accept.");
      if (this.#isSent) bad("Can't accept() WebSocket that was already used in a response.");
      this.#isHalfOpen = !!allowHalfOpen;
      this.#accept();
    }

    #accept() {
      this.#isAccepted = true;
      this.#in.taker = () => this.#take();
      if (this.#remote !== undefined) internals.linkEnd(this.#remote, this.#in, this.#out);
      this.#take();
    }

    // Receives all messages, with the jobs of each before the next.
    #take() {
      if (this.#isTaking) return;
      this.#isTaking = true;
      const next = () => {
        if (this.#in.list.length === 0) {
          this.#isTaking = false;
          return messages.confirmEmpty(this.#in);
        }
        this.#receive(take(this.#in));
        then(resolved(), next);
      };
      then(resolved(), next);
    }

    #receive(message) {
      if (this.#state === CLOSED) return;
      if (internals.isList(message)) return this.#receiveClose(message);
      const data = typeof message === "string" ? message
        : this.#binaryType === "blob" ? internals.makeBlob(message, "")
        : buffers.bufferOf(message);
      dispatch(this, messageEvent("message", data, [], this.#origin), keepOpen);
    }

    #receiveClose(message) {
      const code = message[0];
      const reason = message[1];
      if (code === NO_CONNECTION) return this.#fail(this.#in.failure);
      if (this.#hasClosed) this.#state = CLOSED;
      else if (this.#isHalfOpen) this.#state = CLOSING;
      else {
        this.#state = CLOSED;
        put(this.#out, [code, reason]);
      }
      this.#tellClose(code, reason, true);
    }

    #tellClose(code, reason, wasClean) {
      dispatch(this, trusted(new Closing("close", { code, reason, wasClean })), keepOpen);
    }

    #fail(error) {
      if (this.#state === CLOSED) return;
      this.#state = CLOSED;
      messages.discard(this.#out);
      const message = error === undefined ? "WebSocket disconnected without sending Close frame." : `${error.message}`;
      dispatch(this, trusted(new Failing("error", { message, error })), keepOpen);
      this.#tellClose(NO_CONNECTION, "", false);
    }

    #checkAccepted() {
      if (this.#isSent) bad("Can't use a WebSocket that was already used in a response.");
      if (!this.#isAccepted) bad("You must call accept() on this WebSocket before sending messages.");
    }

    send(message) {
      if (arguments.length === 0) bad("send needs a message.");
      if (this.#state === CONNECTING) throw new Exception("The WebSocket is not open yet.", "InvalidStateError");
      if (this.#hasClosed) bad("Can't call WebSocket send() after close().");
      this.#checkAccepted();
      const data = typeof message === "string" ? message
        : internals.isBlob(message) ? internals.blobBytes(message)
        : typeof message === "object" ? messages.copied(message) ?? `${message}`
        : `${message}`;
      if (this.#state !== CLOSED) put(this.#out, typeof data === "string" ? native.wellFormed(data) : data);
    }

    close(code = undefined, reason = undefined) {
      const message = checkClose(code, reason);
      if (this.#state === CONNECTING) {
        internals.abortSignal(this.#opening, new Exception("The WebSocket was closed before it was open.", "AbortError"));
        return;
      }
      if (this.#hasClosed || this.#state === CLOSED) return;
      this.#checkAccepted();
      this.#hasClosed = true;
      this.#state = this.#state === CLOSING ? CLOSED : CLOSING;
      put(this.#out, message);
    }

    serializeAttachment(attachment) {
      if (arguments.length === 0) bad("serializeAttachment needs a value.");
      this.#attachment = { data: internals.cloneMessage(attachment, undefined, undefined).data };
    }

    deserializeAttachment() {
      const attachment = this.#attachment;
      return attachment === null ? null : internals.cloneMessage(attachment.data, undefined, undefined).data;
    }

    get readyState() {
      return this.#state;
    }

    get bufferedAmount() {
      return this.#out.bytes + this.#out.underway;
    }

    get url() {
      return this.#url;
    }

    get protocol() {
      return this.#protocol;
    }

    get extensions() {
      this.#protocol;
      return "";
    }

    get binaryType() {
      return this.#binaryType;
    }

    set binaryType(type) {
      const name = `${type}`;
      if (name === "arraybuffer" || name === "blob") this.#binaryType = name;
    }

    [internals.inspected]() {
      const { readyState, url, protocol } = this;
      return { readyState, url, protocol };
    }
  }
  defineProperty(WebSocket, "length", { value: 1 });
  for (const name of keys(STATES)) {
    const property = { value: STATES[name], enumerable: true };
    for (const constant of [name, `READY_STATE_${name}`]) {
      defineProperty(WebSocket, constant, property);
      defineProperty(WebSocket.prototype, constant, property);
    }
  }
  internals.interface(WebSocket);
  for (const type of ["open", "message", "error", "close"]) internals.eventHandler(WebSocket, type);

  class WebSocketPair {
    constructor() {
      const [first, second] = [messages.queue(), messages.queue()];
      const define = (name, value) =>
        defineProperty(this, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
      define(0, make(first, second, undefined));
      define(1, make(second, first, undefined));
    }

    *[Symbol.iterator]() {
      yield this[0];
      yield this[1];
    }
  }
  internals.interface(WebSocketPair);

  /** Creates a socket whose other end is elsewhere. */
  internals.socketFrom = (stub) =>
    native.isStub(stub) ? make(messages.queue(), messages.queue(), stub) : bad("A WebSocket that came is none.");
}
