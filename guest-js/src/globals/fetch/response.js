(native, internals) => {
  const { Headers, withDefaultType, unpackedHeaders, packedHeaders: packed, bodyOf, hrefOf } = internals;
  const { defineProperty } = Object;
  const { stringify } = JSON;
  const dictionary = (init) => internals.streams.dictionary(init, "The init of a response");
  const bad = (text) => {
    throw new TypeError(text);
  };

  const statusOf = (status, socket) => {
    const number = status & 0xffff;
    if (socket !== undefined) return statusOfUpgrade(number, socket);
    if (number < 200 || number > 599) {
      throw new RangeError(
        "Responses may only be constructed with status codes in the range 200 to 599, inclusive.",
      );
    }
    return number;
  };
  const statusOfUpgrade = (status, socket) => {
    if (!internals.isSocket(socket)) bad("The webSocket of a response must be a WebSocket.");
    if (status === 101) return status;
    throw new RangeError("Responses with a WebSocket must have status code 101.");
  };
  // As Cloudflare Workers have it. In the standard, the text is empty if none is given.
  const PHRASES = {
    __proto__: null,
    101: "Switching Protocols",
    200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
    204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
    208: "Already Reported", 226: "IM Used",
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
    411: "Length Required", 412: "Precondition Failed", 413: "Payload Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
    417: "Expectation Failed", 418: "I'm a teapot", 421: "Misdirected Request",
    422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
    426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected",
    510: "Not Extended", 511: "Network Authentication Required",
  };
  const statusTextOf = (text) => native.statusText(text) ?? bad("Invalid statusText");
  const textOf = (text, status) =>
    text === undefined || text === PHRASES[status] ? PHRASES[status] ?? "" : statusTextOf(`${text}`);
  const checkBody = (status, data) => {
    if (data !== null && (status === 101 || status === 204 || status === 205 || status === 304)) {
      bad("Response with null body status (101, 204, 205, or 304) cannot have a body.");
    }
  };

  // The properties that are rarely set.
  const USUAL = { redirected: false, type: "default", cf: undefined, socket: undefined };

  const TEXT = "text/plain;charset=UTF-8";
  const JSON_TYPE = "application/json";

  // Marks a response made of its parts.
  const MADE = {};
  // The indices of a response's parts in their list, which nobody else holds. The headers are
  // packed until they are read. The URL is empty unless the response was fetched, and its headers
  // are then immutable.
  const [STATUS, STATUS_TEXT, HEADERS, BODY, URL_PART, ABOUT] = [0, 1, 2, 3, 4, 5];
  let make;
  let partsOf;

  /** Returns the parts of `new Response(body, init)`. */
  const partsFor = (body, init) => {
    const parts = [200, "OK", undefined, null, "", USUAL];
    if (init !== undefined) {
      const { status = 200, statusText, headers, cf, webSocket } = dictionary(init);
      const socket = webSocket ?? undefined;
      const number = statusOf(status, socket);
      parts[STATUS] = number;
      parts[STATUS_TEXT] = textOf(statusText, number);
      if (headers !== undefined) parts[HEADERS] = new Headers(headers);
      const own = internals.cfOf(cf);
      if (own !== undefined || socket !== undefined) parts[ABOUT] = { ...USUAL, cf: own, socket };
    }
    if (body === undefined || body === null) return parts;
    checkBody(parts[STATUS], body);
    const { data, type } = bodyOf(body);
    parts[BODY] = data;
    parts[HEADERS] = withDefaultType(parts[HEADERS], type);
    return parts;
  };
  const headersIn = (parts) => (parts[HEADERS] = unpackedHeaders(parts[HEADERS], parts[URL_PART] !== ""));
  const withRest = (sent, url, { redirected, cf, socket }) => {
    const at = url === "" ? undefined : url;
    const followed = url === "" ? undefined : redirected;
    return socket === undefined
      ? [sent[0], sent[1], sent[2], sent[3], sent[4], at, followed, cf]
      : [sent[0], sent[1], sent[2], sent[3], sent[4], at, followed, cf, internals.endOf(socket)];
  };

  class Response {
    #parts;

    constructor(body, init) {
      if (body === MADE) this.#parts = init;
      else if (typeof body === "string" && init === undefined) this.#parts = [200, "OK", TEXT, body, "", USUAL];
      else this.#parts = partsFor(body, init);
    }

    static {
      make = (parts) => new Response(MADE, parts);
      partsOf = (response) => response.#parts;
      internals.isResponse = (value) =>
        value !== null && typeof value === "object" && #parts in value;
      internals.statusOfResponse = (response) => response.#parts[STATUS];
      // Returns the fields of the value in a message, if it is a response.
      internals.responseParts = (value) => {
        if (!(#parts in value)) return undefined;
        const parts = value.#parts;
        if (parts[STATUS] === 0) bad("Response.error() cannot be sent.");
        const sent = [2, parts[STATUS], parts[STATUS_TEXT], packed(parts[HEADERS]), internals.bodyData(parts)];
        return parts[ABOUT] === USUAL && parts[URL_PART] === "" ? sent : withRest(sent, parts[URL_PART], parts[ABOUT]);
      };
      // Prepares the answer to a request that was not redirected, if there is nothing else to do.
      internals.isUsualAnswer = (value, url) => {
        if (value === null || typeof value !== "object" || !(#parts in value)) return false;
        const parts = value.#parts;
        if (parts[STATUS] !== 200 || parts[URL_PART] !== "" || parts[ABOUT] !== USUAL) return false;
        const headers = parts[HEADERS];
        if (headers !== undefined && typeof headers !== "string") return false;
        parts[URL_PART] = url;
        return true;
      };
      internals.upgradeOf = (response) => {
        const parts = response.#parts;
        return {
          socket: parts[ABOUT].socket,
          protocol: internals.headerOf(parts[HEADERS], "sec-websocket-protocol") ?? "",
        };
      };
      // Prepares a response for the code that has fetched it.
      internals.cameFrom = (parts, url, redirected, type = "default") => {
        const about = parts[ABOUT];
        if (redirected !== about.redirected || type !== about.type) {
          parts[ABOUT] = { ...about, redirected: about.redirected || redirected, type };
        }
        // The URL of a request that was sent has no fragment.
        const own = parts[URL_PART];
        parts[URL_PART] = own === "" ? url : native.withoutFragment(own);
        const headers = parts[HEADERS];
        if (headers !== undefined && typeof headers !== "string" && internals.isHeaders(headers)) {
          internals.freezeHeaders(headers);
        }
      };
    }

    static json(data, init = undefined) {
      const text = stringify(data);
      if (text === undefined) bad("The data cannot be written as JSON.");
      if (init === undefined) return make([200, "OK", JSON_TYPE, text, "", USUAL]);
      const { status, statusText, headers, cf } = dictionary(init);
      const own = headers === undefined ? undefined : new Headers(headers);
      const parts = partsFor(null, { __proto__: null, status, statusText, cf });
      checkBody(parts[STATUS], text);
      parts[HEADERS] = withDefaultType(own, JSON_TYPE);
      parts[BODY] = text;
      return make(parts);
    }

    static error() {
      return fixed(0, undefined);
    }

    static redirect(url, status = 302) {
      const href = hrefOf(`${url}`);
      if (status !== 301 && status !== 302 && status !== 303 && status !== 307 && status !== 308) {
        throw new RangeError(`${status} is not a redirect status code.`);
      }
      return fixed(status, { location: href });
    }

    get status() {
      return this.#parts[STATUS];
    }

    get statusText() {
      return this.#parts[STATUS_TEXT];
    }

    get ok() {
      const status = this.#parts[STATUS];
      return status >= 200 && status < 300;
    }

    get headers() {
      return headersIn(this.#parts);
    }

    get url() {
      return this.#parts[URL_PART];
    }

    get redirected() {
      return this.#parts[ABOUT].redirected;
    }

    get cf() {
      return this.#parts[ABOUT].cf;
    }

    get webSocket() {
      return this.#parts[ABOUT].socket ?? null;
    }

    get type() {
      const parts = this.#parts;
      return parts[STATUS] === 0 ? "error" : parts[ABOUT].type;
    }

    clone() {
      const parts = this.#parts;
      if (parts[ABOUT].socket !== undefined) bad("Cannot clone a response to a WebSocket handshake.");
      const headers = parts[HEADERS] === undefined ? undefined : internals.cloneHeaders(headersIn(parts));
      const data = internals.cloneBody(parts);
      return make([parts[STATUS], parts[STATUS_TEXT], headers, data, parts[URL_PART], parts[ABOUT]]);
    }

    [internals.inspected]() {
      const { status, statusText, ok, headers, url, bodyUsed } = this;
      return { status, statusText, ok, headers, url, bodyUsed };
    }
  }
  const fixed = (status, init) => {
    const headers = new Headers(init);
    internals.freezeHeaders(headers);
    return make([status, PHRASES[status] ?? "", headers, null, "", USUAL]);
  };
  internals.partsOfResponse = partsOf;
  defineProperty(Response, "length", { value: 0 });
  internals.mixBody(Response, partsOf);
  internals.interface(Response);
  internals.Response = Response;

  internals.contentType = (owner) => {
    const parts = internals.isResponse(owner) ? partsOf(owner) : internals.partsOfRequest(owner);
    return internals.headerOf(parts[HEADERS], "content-type") ?? "";
  };

  /** Creates a response from the fields of a message, which may be anything. */
  const responseOfFields = (status, statusText, headers, body, url, redirected, cf, webSocket) => {
    const reason = statusText ?? undefined;
    if (typeof status !== "number" || (reason !== undefined && typeof reason !== "string")) {
      bad("A response needs a status, and a statusText that is a string.");
    }
    const socket = (webSocket ?? undefined) === undefined ? undefined : internals.socketFrom(webSocket);
    const number = statusOf(status, socket);
    const text = textOf(reason, number);
    const href = typeof url === "string" && url !== "" ? hrefOf(url) : "";
    const packed = internals.packedHeadersOf(headers);
    const ownCf = internals.cfOf(cf);
    const data = internals.bodyOfData(body);
    checkBody(number, data);
    const about = redirected !== true && ownCf === undefined && socket === undefined ? USUAL
      : { redirected: redirected === true, type: "default", cf: ownCf, socket };
    // A response that was fetched elsewhere has a URL, and headers that can be changed.
    const own = href === "" ? packed : unpackedHeaders(packed, false);
    return make([number, text, own, data, href, about]);
  };

  /** Creates a response from the fields of a message, which are known to be valid. */
  internals.usualResponse = (status, statusText, headers, body) =>
    new Response(MADE, [status, statusText ?? PHRASES[status] ?? "", headers, body, "", USUAL]);

  internals.responseOfFields = responseOfFields;

  /** Creates a response from a plain object, which may hold anything. */
  internals.responseOfData = ({ status, statusText, headers, body, url, redirected, cf, webSocket }) =>
    responseOfFields(status, statusText, headers, body, url, redirected, cf, webSocket);
}
