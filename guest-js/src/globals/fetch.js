(native, internals) => {
  const { apply } = Reflect;
  const {
    Request, promiseThen, isHeaders, isRequest, isResponse, isList, isPlain, requestOfData,
    responseOfData, requestParts, responseParts, headersOf, headerPairs, bodyData, whenAborted,
    neverMindAbort, streams,
  } = internals;
  // The numbers that the wire format has for the classes.
  const [HEADERS, REQUEST, RESPONSE, READABLE, WRITABLE, BLOB] = [0, 1, 2, 3, 4, 5];
  const bad = (text) => {
    throw new TypeError(text);
  };
  const NO_RESPONSE = "Incorrect type for Promise: the Promise did not resolve to 'Response'.";

  /** What a message holds of an instance, in the order of its fields. */
  internals.partsOf = (value) => {
    if (isHeaders(value)) return [HEADERS, headerPairs(value)];
    if (isRequest(value)) {
      const { url, method, headers, redirect } = requestParts(value);
      return [REQUEST, url, method, headerPairs(headers), bodyData(value), redirect];
    }
    if (!isResponse(value)) return partsOfOther(value);
    const { status, statusText, headers, url, redirected } = responseParts(value);
    if (status === 0) bad("Response.error() cannot be sent.");
    const pairs = headerPairs(headers);
    const parts = [RESPONSE, status, statusText, pairs, bodyData(value), undefined, undefined];
    if (url !== "") {
      parts[5] = url;
      parts[6] = redirected;
    }
    return parts;
  };

  const partsOfOther = (value) => {
    if (streams.readableOf(value) !== undefined) return [READABLE, streams.sourceOf(value)];
    if (streams.writableOf(value) !== undefined) return [WRITABLE, streams.sinkOf(value)];
    if (!internals.isBlob(value)) return undefined;
    return [BLOB, internals.blobType(value), internals.blobBytes(value)];
  };

  /** The instance that a message holds the data of, which may be anything. */
  internals.instanceOf = (kind, data) =>
    kind === REQUEST ? requestOfData(data)
    : kind === RESPONSE ? responseOfData(data)
    : kind === READABLE ? streams.readableFrom(data.source)
    : kind === WRITABLE ? streams.writableFrom(data.sink)
    : kind === BLOB ? internals.blobOfData(data)
    : headersOf(data.headers);

  /** The arguments of a handler: what it is called with, as one request. */
  internals.requestOf = (args) => {
    const input = args[0];
    if (isRequest(input)) return [input];
    if (typeof input === "string") return [new Request(input, args[1])];
    return isPlain(input) ? [requestOfData(input)] : bad("fetch() needs a Request.");
  };

  /** What a handler returned. */
  internals.responseOf = async (result) => {
    const response = await result;
    return isResponse(response) ? response : bad(NO_RESPONSE);
  };

  /** `stub.fetch(input, init)` */
  const through = async (stub, args) => {
    if (args.length === 0) bad("fetch() needs a URL or a Request.");
    const request = new Request(args[0], args[1]);
    const { url, signal } = requestParts(request);
    if (signal?.aborted) throw signal.reason;
    const answer = native.send(stub, "fetch", [request]);
    const result = signal === undefined ? await answer : await new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      const settled = (settle) => (value) => {
        neverMindAbort(signal, abort);
        settle(value);
      };
      whenAborted(signal, abort);
      apply(promiseThen, answer, [settled(resolve), settled(reject)]);
    });
    const response = isResponse(result) ? result
      : isPlain(result) ? responseOfData(result)
      : bad(NO_RESPONSE);
    internals.cameFrom(response, url);
    return response;
  };
  internals.fetchThrough = through;

  let outbound;
  internals.setOutbound = (stub) => {
    outbound = stub;
  };

  const { fetch } = {
    async fetch(input, init = undefined) {
      if (outbound === undefined) {
        throw new Error(
          "This worker is not permitted to access the internet via global functions like fetch(). " +
            "It must use capabilities (such as bindings in 'env') to talk to the outside world.",
        );
      }
      return through(outbound, arguments);
    },
  };
  internals.operation("fetch", fetch);
}
