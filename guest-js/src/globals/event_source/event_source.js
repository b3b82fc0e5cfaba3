(native, internals) => {
  const { apply } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, keys } = Object;
  const { fromCharCode } = String;
  const { get: bodyOf } = getOwnPropertyDescriptor(Response.prototype, "body");
  const { dispatch, messageEvent, streams } = internals;
  const { bad, handled, then } = streams;
  const { trusted } = internals.event;
  const [Happening, Failing, Exception, Failure] = [Event, ErrorEvent, DOMException, Error];
  const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 };
  const { CONNECTING, OPEN, CLOSED } = STATES;
  // The milliseconds before a new request, unless the server says otherwise.
  const RECONNECTION = 2000;
  const { test } = RegExp.prototype;
  const EVENT_STREAM = /^\s*text\/event-stream\s*(;|$)/i;

  const urlOf = (given) => {
    const url = native.parseUrl(given, undefined);
    if (url === undefined) throw new Exception(`Cannot open an EventSource to '${given}'. The URL is invalid.`, "SyntaxError");
    return url;
  };

  // The bytes of a text as the characters of a header.
  const headerOf = (text) => {
    const bytes = native.encode(text);
    let header = "";
    for (let index = 0; index < bytes.length; index++) header += apply(fromCharCode, undefined, [bytes[index]]);
    return header;
  };

  // Marks an event source that makes no request.
  const MADE = {};

  class EventSource extends EventTarget {
    #url = "";
    #origin = "";
    #withCredentials = false;
    #fetcher;
    #state = CONNECTING;
    #lastEventId = "";
    #delay = RECONNECTION;
    #timer = 0;
    #signal;
    #stream;

    constructor(url, init = undefined, made) {
      super();
      if (made === MADE) return;
      if (arguments.length === 0) bad("EventSource needs a URL.");
      const parsed = urlOf(url);
      const { withCredentials = false, fetcher } = streams.dictionary(init, "The init of an EventSource");
      if (fetcher !== undefined && !native.isStub(fetcher)) bad("The fetcher of an EventSource must be a service stub.");
      this.#url = native.urlPart(parsed, "href");
      this.#origin = native.urlPart(parsed, "origin");
      this.#withCredentials = !!withCredentials;
      this.#fetcher = fetcher;
      this.#connect();
    }

    /** Creates an event source that reads a stream, once. */
    static from(stream) {
      const record = streams.readableOf(stream) ?? bad("EventSource.from() needs a ReadableStream.");
      const source = new EventSource("", undefined, MADE);
      then(streams.resolved(), () => source.#read(record));
      return source;
    }

    #connect() {
      const headers = [["accept", "text/event-stream"]];
      if (this.#lastEventId !== "") headers[1] = ["last-event-id", headerOf(this.#lastEventId)];
      this.#signal = internals.makeSignal();
      const init = { __proto__: null, headers, cache: "no-store", signal: this.#signal };
      then(internals.fetchThrough(this.#fetcher, this.#url, init), (response) => this.#opened(response), (error) => this.#again(error));
    }

    #opened(response) {
      if (this.#state === CLOSED) return;
      const status = internals.statusOfResponse(response);
      const type = internals.contentType(response);
      if (status !== 200) return this.#fail(new Failure(`The response status code was ${status}.`));
      if (!apply(test, EVENT_STREAM, [type])) return this.#fail(new Failure(`The content type '${type}' is invalid.`));
      const stream = streams.readableOf(apply(bodyOf, response, []));
      if (stream === undefined) return this.#again(undefined);
      this.#read(stream);
    }

    #read(stream) {
      if (this.#state === CLOSED) return;
      const reader = streams.lock(stream);
      this.#stream = stream;
      this.#state = OPEN;
      dispatch(this, trusted(new Happening("open")));
      const parse = internals.eventParser(this.#lastEventId, (type, data, id) => {
        if (this.#stream !== stream) return;
        this.#lastEventId = id;
        if (data !== undefined) dispatch(this, messageEvent(type, data, [], this.#origin, id));
      }, (delay) => {
        this.#delay = delay;
      });
      const next = () => {
        if (this.#stream !== stream) return;
        streams.readWith(reader, {
          chunk: (chunk) => {
            parse(chunk);
            then(streams.resolved(), next);
          },
          close: () => this.#again(undefined),
          error: (error) => this.#again(error),
        });
      };
      next();
    }

    // Makes another request, after a time.
    #again(error) {
      if (this.#state === CLOSED) return;
      this.#stream = undefined;
      if (this.#url === "") return this.#fail(error);
      this.#state = CONNECTING;
      this.#tell(error);
      if (this.#state === CLOSED) return;
      this.#timer = internals.setTimeout(() => this.#connect(), this.#delay);
    }

    #fail(error) {
      this.close();
      this.#tell(error);
    }

    #tell(error) {
      dispatch(this, trusted(new Failing("error", { message: error === undefined ? "" : `${error.message}`, error })));
    }

    close() {
      if (this.#state === CLOSED) return;
      this.#state = CLOSED;
      internals.clearTimeout(this.#timer);
      const stream = this.#stream;
      this.#stream = undefined;
      if (stream !== undefined) handled(streams.cancelReadable(stream, undefined));
      if (this.#signal !== undefined) {
        internals.abortSignal(this.#signal, new Exception("The EventSource was closed.", "AbortError"));
      }
    }

    get url() {
      return this.#url;
    }

    get withCredentials() {
      return this.#withCredentials;
    }

    get readyState() {
      return this.#state;
    }

    [internals.inspected]() {
      const { url, readyState } = this;
      return { url, readyState };
    }
  }
  defineProperty(EventSource, "length", { value: 1 });
  for (const name of keys(STATES)) {
    const property = { value: STATES[name], enumerable: true };
    defineProperty(EventSource, name, property);
    defineProperty(EventSource.prototype, name, property);
  }
  internals.interface(EventSource);
  for (const type of ["open", "message", "error"]) internals.eventHandler(EventSource, type);
}
