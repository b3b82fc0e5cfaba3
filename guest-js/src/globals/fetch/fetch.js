(native, internals) => {
  const { apply } = Reflect;
  const {
    promiseThen, promiseResolve, isHeaders, isRequest, isResponse, isPlain, requestOfData, responseOfData, requestPartsFor,
    makeRequest, partsOfResponse, requestParts, responseParts, usualAbout, received, headersOf, headerPairs, headerOf,
    packedHeaders, detailOf, cameFrom, isUsualAnswer, isSignal, isAborted, abortReason, whenAborted, neverMindAbort, bodyToSendAgain, streams,
  } = internals;
  const [Promised, Fields, Weak, Exception, Failure] = [Promise, Headers, WeakRef, DOMException, Error];
  // The indices of a request's parts in their list. While the request is sent, two more follow:
  // the body, if a redirect can send it again, and the number of redirects.
  const [URL_PART, METHOD, HEADERS, BODY, ABOUT, AGAIN, HOPS] = [0, 1, 2, 3, 4, 5, 6];
  const STATUS = 0;
  const { deref } = WeakRef.prototype;
  const { delete: remove } = Headers.prototype;
  const { startsWith } = String.prototype;
  // The numbers of the classes in the wire format.
  const [FIELDS, REQUEST, RESPONSE, READABLE, WRITABLE, BLOB, SIGNAL] = [0, 1, 2, 3, 4, 5, 6];
  const bad = (text) => {
    throw new TypeError(text);
  };
  const NO_RESPONSE = "Incorrect type for Promise: the Promise did not resolve to 'Response'.";

  /** Returns what a message holds of an instance, in the order of its fields. */
  internals.partsOf = (value) => {
    if (typeof value !== "object") return partsOfOther(value);
    return responseParts(value) ?? requestParts(value) ??
      (isHeaders(value) ? [FIELDS, headerPairs(value)] : partsOfOther(value));
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
    kind === REQUEST ? internals.requestOfFields(a, b, c, d, e, f, g, h, i, j)
    : kind === RESPONSE ? internals.responseOfFields(a, b, c, d, e, f, g, h)
    : kind === READABLE ? streams.readableFrom(a)
    : kind === WRITABLE ? streams.writableFrom(a)
    : kind === BLOB ? internals.blobOf(a, b)
    : kind === SIGNAL ? internals.signalFrom(a, b)
    : headersOf(a);

  /** Converts the arguments of a handler into one request. */
  internals.requestOf = (input, init) =>
    received(
      isRequest(input) ? input
      : typeof input === "string" ? makeRequest(requestPartsFor(input, init))
      : isPlain(input) ? requestOfData(input)
      : bad("fetch() needs a Request."),
    );

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
  const drop = (parts) => {
    const data = internals.takeBody(parts);
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
    const known = new Weak(streams.readableOf(internals.bodyStream(partsOfResponse(response))) ?? response);
    whenAborted(signal, () => {
      const held = apply(deref, known, []);
      if (held === undefined) return;
      if (isResponse(held)) internals.failBody(partsOfResponse(held), abortReason(signal));
      else streams.breakOff(held, abortReason(signal));
    });
  };

  /** Makes the parts of a request those of the request that a redirect leads to, as the standard says. */
  const redirect = (parts, status, location) => {
    const url = parts[URL_PART];
    const from = native.parseUrl(url, undefined);
    const to = native.parseUrl(location, url);
    if (to === undefined) bad("Invalid Location header; unable to follow redirect.");
    const part = (url, name) => native.urlPart(url, name);
    const scheme = part(to, "protocol");
    const href = native.withoutFragment(part(to, "href"));
    if (scheme !== "http:" && scheme !== "https:") bad(`Fetch API cannot load: ${href}`);
    // The standard requires this, even where the body would be dropped.
    const data = parts[BODY] === null ? null : parts[AGAIN];
    if (status !== 303 && data === undefined) bad(ONCE);
    const method = parts[METHOD];
    const headers = new Fields(internals.unpackedHeaders(parts[HEADERS], false));
    const asGet = status === 303 ? method !== "GET" && method !== "HEAD"
      : (status === 301 || status === 302) && method === "POST";
    if (asGet) without(headers, OF_A_BODY);
    if (part(from, "origin") !== part(to, "origin")) without(headers, OF_AN_ORIGIN);
    parts[URL_PART] = href;
    if (asGet) parts[METHOD] = "GET";
    parts[HEADERS] = headers;
    parts[BODY] = parts[AGAIN] = asGet ? null : data;
    // It is not the usual request any more.
    parts[ABOUT] = { ...parts[ABOUT] };
  };

  /** Returns the response that a `data:` URL holds. */
  const dataResponse = (parts) => {
    const url = parts[URL_PART];
    const data = native.dataUrl(url) ?? bad("The data: URL is invalid.");
    const init = { __proto__: null, status: 200, statusText: "OK", headers: [["content-type", data[0]]], url };
    if (parts[METHOD] !== "HEAD") init.body = data[1];
    const response = responseOfData(init);
    cameFrom(partsOfResponse(response), url, false, "basic");
    return response;
  };

  let outbound;
  internals.setOutbound = (stub) => {
    outbound = stub;
  };
  internals.outbound = () => outbound;

  /** Returns the receiver of a request of the global `fetch`, or the response that needs none. */
  const receiverOf = (parts) => {
    const url = parts[URL_PART];
    if (apply(startsWith, url, ["data:"])) return dataResponse(parts);
    if (apply(startsWith, url, ["about:"]) || apply(startsWith, url, ["blob:"])) bad(`Fetch API cannot load: ${url}`);
    if (outbound !== undefined) return outbound;
    throw new Failure(
      "This worker is not permitted to access the internet via global functions like fetch(). " +
        "It must use capabilities (such as bindings in 'env') to talk to the outside world.",
    );
  };

  /** Sends a request whose sender follows redirects. Returns a promise of the response. */
  const send = (receiver, parts) =>
    (parts[ABOUT] === usualAbout ? sendUsual : sendWith)(
      receiver, parts, packedHeaders(parts[HEADERS]), internals.bodyData(parts), parts[ABOUT],
    );
  const sendUsual = (receiver, parts, headers, body, about) =>
    native.fetch(receiver, parts, headers, body) ?? sendElsewhere(receiver, parts, headers, body, about);
  const sendWith = (receiver, parts, headers, body, about) => {
    const { source, given, details, cf } = about;
    const answer = native.fetch(
      receiver, parts, headers, body, source ?? given, detailOf(details, "cache"), detailOf(details, "credentials"),
      undefined, cf,
    );
    return answer ?? sendElsewhere(receiver, parts, headers, body, about);
  };
  // The receiver is not known yet, or is in this worker.
  const sendElsewhere = (receiver, parts, headers, body, about) => {
    const request = makeRequest([parts[URL_PART], parts[METHOD], headers, body, internals.sentAbout(about)]);
    const sent = promiseResolve(native.send(receiver, "fetch", [request]));
    return apply(promiseThen, sent, [(result) => internals.answered(result, parts, receiver)]);
  };

  /** Returns the response that a receiver has answered with, or a promise of what a redirect leads to. */
  internals.answered = (result, parts, receiver) =>
    parts[ABOUT] === usualAbout && isUsualAnswer(result, parts[URL_PART]) ? result : answeredWith(
      isResponse(result) ? result : isPlain(result) ? responseOfData(result) : bad(NO_RESPONSE), parts, receiver,
    );
  // A list that has what redirects need. An element that is written past the end of a list may reach a setter.
  const withRoom = (parts, again) =>
    [parts[URL_PART], parts[METHOD], parts[HEADERS], parts[BODY], parts[ABOUT], again, 0];
  const answeredWith = (response, parts, receiver) => {
    const { redirect: mode, given: signal } = parts[ABOUT];
    const own = partsOfResponse(response);
    // A receiver that has followed redirects itself reports the URL.
    const hops = parts.length > HOPS ? parts[HOPS] : 0;
    cameFrom(own, parts[URL_PART], hops > 0);
    if (signal !== undefined && isAborted(signal)) {
      drop(own);
      throw abortReason(signal);
    }
    const status = own[STATUS];
    const location = mode !== "manual" && isRedirect(status) ? headerOf(own[HEADERS], "location") : null;
    if (location === null) {
      if (signal !== undefined) stopWhenAborted(response, signal);
      return response;
    }
    drop(own);
    if (mode === "error") bad("The request may not be redirected, and was.");
    if (hops === MAX_REDIRECTS) bad("Too many redirects.");
    const next = parts.length > HOPS ? parts : withRoom(parts, undefined);
    redirect(next, status, location);
    next[HOPS] = hops + 1;
    return send(receiver, next);
  };

  const start = (stub, parts) => {
    const { given: signal, redirect: mode, details } = parts[ABOUT];
    if (signal !== undefined && isAborted(signal)) throw abortReason(signal);
    const receiver = stub ?? receiverOf(parts);
    if (isResponse(receiver)) return promiseResolve(receiver);
    if (details.integrity !== "") {
      bad(
        "Subrequest integrity checking is not implemented. " +
          "The integrity option must be either undefined or an empty string.",
      );
    }
    const answer = send(
      receiver, mode === "follow" && parts[BODY] !== null ? withRoom(parts, bodyToSendAgain(parts)) : parts,
    );
    return signal === undefined ? answer : abortable(answer, signal);
  };

  /** Implements `stub.fetch(input, init)`, and the global `fetch` if the stub is undefined. */
  const through = (internals.fetchThrough = (stub, input, init) => {
    try {
      if (input === undefined) bad("fetch() needs a URL or a Request.");
      const parts = requestPartsFor(input, init);
      return stub !== undefined && parts[ABOUT] === usualAbout && parts[BODY] === null && parts[HEADERS] === undefined
        ? sendUsual(stub, parts, undefined, null, usualAbout)
        : start(stub, parts);
    } catch (error) {
      return streams.rejected(error);
    }
  });

  const { fetch } = {
    fetch(input, init = undefined) {
      return through(undefined, input, init);
    },
  };
  internals.operation("fetch", fetch);
}
