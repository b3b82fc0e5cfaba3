(native, internals) => {
  const { apply } = Reflect;
  const {
    Request, promiseThen, promiseResolve, isHeaders, isRequest, isResponse, isPlain, requestOfData,
    requestOfFields, responseOfData, responseOfFields, urlOfRequest, methodOfRequest, aboutRequest, statusOfResponse,
    headersOfResponse, requestParts, responseParts, redirectedRequest, received, headersOf, headerPairs, headerOf, cameFrom, isSignal, isAborted,
    abortReason, whenAborted, neverMindAbort, asSent, streams,
  } = internals;
  const [Promised, Fields, Weak, Exception, Failure] = [Promise, Headers, WeakRef, DOMException, Error];
  const { deref } = WeakRef.prototype;
  const { delete: remove } = Headers.prototype;
  const { startsWith } = String.prototype;
  // The numbers of the classes in the wire format.
  const [HEADERS, REQUEST, RESPONSE, READABLE, WRITABLE, BLOB, SIGNAL] = [0, 1, 2, 3, 4, 5, 6];
  const bad = (text) => {
    throw new TypeError(text);
  };
  const NO_RESPONSE = "Incorrect type for Promise: the Promise did not resolve to 'Response'.";

  /** Returns what a message holds of an instance, in the order of its fields. */
  internals.partsOf = (value) => {
    if (typeof value !== "object") return partsOfOther(value);
    return responseParts(value) ?? requestParts(value) ??
      (isHeaders(value) ? [HEADERS, headerPairs(value)] : partsOfOther(value));
  };

  const partsOfOther = (value) => {
    if (streams.readableOf(value) !== undefined) return [READABLE, streams.sourceOf(value)];
    if (streams.writableOf(value) !== undefined) return [WRITABLE, streams.sinkOf(value)];
    if (isSignal(value)) {
      return isAborted(value)
        ? [SIGNAL, abortReason(value), undefined]
        : [SIGNAL, undefined, internals.signalSource(value)];
    }
    if (!internals.isBlob(value)) return undefined;
    if (internals.isFile(value)) {
      throw new Exception("A File cannot be sent. A Blob of its parts can.", "DataCloneError");
    }
    return [BLOB, internals.blobType(value), internals.blobBytes(value)];
  };

  /** The classes whose instances cross most often. Those of other classes take longer to find. */
  internals.interfaces = [
    Response.prototype, Request.prototype, Fields.prototype, ReadableStream.prototype,
    WritableStream.prototype, Blob.prototype, AbortSignal.prototype,
  ];

  /** Creates an instance from its fields in a message, which may be anything. */
  internals.instanceOf = (kind, a, b, c, d, e, f, g, h, i, j) =>
    kind === REQUEST ? requestOfFields(a, b, c, d, e, f, g, h, i, j)
    : kind === RESPONSE ? responseOfFields(a, b, c, d, e, f, g, h)
    : kind === READABLE ? streams.readableFrom(a)
    : kind === WRITABLE ? streams.writableFrom(a)
    : kind === BLOB ? internals.blobOf(a, b)
    : kind === SIGNAL ? internals.signalFrom(a, b)
    : headersOf(a);

  /** Converts the arguments of a handler into one request. */
  internals.requestOf = (args) => {
    const input = args[0];
    const request = isRequest(input) ? input
      : typeof input === "string" ? new Request(input, args[1])
      : isPlain(input) ? requestOfData(input)
      : bad("fetch() needs a Request.");
    return [received(request)];
  };

  const asResponse = (value) => (isResponse(value) ? value : bad(NO_RESPONSE));

  /** Returns the response that a handler returned, or a promise of it. */
  internals.responseOf = (result) =>
    isResponse(result) ? result : apply(promiseThen, promiseResolve(result), [asResponse]);

  // The limit of the standard.
  const MAX_REDIRECTS = 20;
  const ONCE =
    "A request with a one-time-use body (it was initialized from a stream, not a buffer) " +
    "encountered a redirect requiring the body to be retransmitted. To avoid this error in the " +
    "future, construct this request from a buffer-like body initializer.";
  const OF_A_BODY = [
    "content-encoding", "content-language", "content-location", "content-type", "content-length",
  ];
  // Headers that are meant for one origin and must not reach another.
  const OF_AN_ORIGIN = ["authorization", "proxy-authorization", "cookie"];

  const isRedirect = (status) =>
    status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

  const without = (headers, names) => {
    for (let index = 0; index < names.length; index++) apply(remove, headers, [names[index]]);
  };

  // Cancels a body that nobody reads, so that its sender need not continue.
  const drop = (response) => {
    const data = internals.takeBody(response);
    const stream = streams.readableOf(data);
    if (stream !== undefined) streams.handled(streams.cancelReadable(stream, undefined));
  };

  /** Returns a promise of an answer that is rejected when the signal is aborted. */
  const abortable = (answer, signal) => new Promised((resolve, reject) => {
    const abort = () => reject(abortReason(signal));
    const settled = (settle) => (value) => {
      neverMindAbort(signal, abort);
      settle(value);
    };
    whenAborted(signal, abort);
    apply(promiseThen, answer, [settled(resolve), settled(reject)]);
  });

  // The signal may live long and belong to many requests, so it holds the body weakly.
  const stopWhenAborted = (response, signal) => {
    const known = new Weak(streams.readableOf(internals.bodyStream(response)) ?? response);
    whenAborted(signal, () => {
      const held = apply(deref, known, []);
      if (held === undefined) return;
      if (isResponse(held)) internals.failBody(held, abortReason(signal));
      else streams.breakOff(held, abortReason(signal));
    });
  };

  /** Returns the request that a redirect leads to, as the standard says. */
  const redirected = (request, status, location, data) => {
    const url = urlOfRequest(request);
    const from = native.parseUrl(url, undefined);
    const to = native.parseUrl(location, url);
    if (to === undefined) bad("Invalid Location header; unable to follow redirect.");
    const part = (url, name) => native.urlPart(url, name);
    const scheme = part(to, "protocol");
    const href = native.withoutFragment(part(to, "href"));
    if (scheme !== "http:" && scheme !== "https:") bad(`Fetch API cannot load: ${href}`);
    // As the standard says, even where the body would be dropped.
    if (status !== 303 && data === undefined) bad(ONCE);
    const method = methodOfRequest(request);
    const headers = new Fields(request.headers);
    const asGet = status === 303 ? method !== "GET" && method !== "HEAD"
      : (status === 301 || status === 302) && method === "POST";
    if (asGet) without(headers, OF_A_BODY);
    if (part(from, "origin") !== part(to, "origin")) without(headers, OF_AN_ORIGIN);
    return redirectedRequest(request, href, asGet ? "GET" : method, headers, asGet ? null : data);
  };

  const requestOf = (args) =>
    args.length === 0 ? bad("fetch() needs a URL or a Request.") : new Request(args[0], args[1]);

  /** Returns the response that a `data:` URL holds. */
  const dataResponse = (request) => {
    const url = urlOfRequest(request);
    const data = native.dataUrl(url) ?? bad("The data: URL is invalid.");
    const init = { __proto__: null, status: 200, statusText: "OK", headers: [["content-type", data[0]]], url };
    if (methodOfRequest(request) !== "HEAD") init.body = data[1];
    return internals.cameFrom(responseOfData(init), url, false, "basic");
  };

  let outbound;
  internals.setOutbound = (stub) => {
    outbound = stub;
  };
  internals.outbound = () => outbound;

  /** Returns the receiver of a request of the global `fetch`, or the response that needs none. */
  const receiverOf = (request) => {
    const url = urlOfRequest(request);
    if (apply(startsWith, url, ["data:"])) return dataResponse(request);
    if (apply(startsWith, url, ["about:"]) || apply(startsWith, url, ["blob:"])) bad(`Fetch API cannot load: ${url}`);
    if (outbound !== undefined) return outbound;
    throw new Failure(
      "This worker is not permitted to access the internet via global functions like fetch(). " +
        "It must use capabilities (such as bindings in 'env') to talk to the outside world.",
    );
  };

  /** Sends a request to a stub, or to the outbound, and follows redirects. */
  const through = async (stub, args) => {
    let request = requestOf(args);
    const { given: signal, redirect, details } = aboutRequest(request);
    if (signal !== undefined && isAborted(signal)) throw abortReason(signal);
    const receiver = stub ?? receiverOf(request);
    if (isResponse(receiver)) return receiver;
    if (details.integrity !== "") {
      bad(
        "Subrequest integrity checking is not implemented. " +
          "The integrity option must be either undefined or an empty string.",
      );
    }
    asSent(request);
    let data = redirect === "follow" ? internals.bodyToSendAgain(request) : undefined;
    for (let hops = 0; ; hops++) {
      const answer = native.send(receiver, "fetch", [request]);
      const result = signal === undefined ? await answer : await abortable(answer, signal);
      const response = isResponse(result) ? result
        : isPlain(result) ? responseOfData(result)
        : bad(NO_RESPONSE);
      // A receiver that has followed redirects itself reports the URL.
      cameFrom(response, urlOfRequest(request), hops > 0);
      const status = statusOfResponse(response);
      const location = redirect !== "manual" && isRedirect(status)
        ? headerOf(headersOfResponse(response), "location") : null;
      if (location === null) {
        if (signal !== undefined) stopWhenAborted(response, signal);
        return response;
      }
      drop(response);
      if (redirect === "error") bad("The request may not be redirected, and was.");
      if (hops === MAX_REDIRECTS) bad("Too many redirects.");
      request = redirected(request, status, location, data);
      data = internals.bodyToSendAgain(request);
    }
  };

  /** Implements `stub.fetch(input, init)`. */
  internals.fetchThrough = through;

  const { fetch } = {
    fetch(input, init = undefined) {
      return through(undefined, arguments);
    },
  };
  internals.operation("fetch", fetch);
}
