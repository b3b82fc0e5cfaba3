(native, internals) => {
  const { newBody, isBody, Headers, withDefaultType, unpackedHeaders, bodyOf, hrefOf } = internals;
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

  // All that is rarely set.
  const USUAL = { redirected: false, type: "default", cf: undefined, socket: undefined };

  const TEXT = "text/plain;charset=UTF-8";

  // Marks a response made by this script, which sets the parts itself.
  const MADE = {};
  let make;

  class Response {
    #status;
    #statusText;
    #headers;
    #body;
    // Empty unless the response was fetched. Its headers are then immutable.
    #url = "";
    #about = USUAL;

    constructor(body, init, made) {
      if (made === MADE) return;
      if (init === undefined) {
        this.#status = 200;
        this.#statusText = "OK";
      } else {
        const options = dictionary(init);
        const { status = 200, statusText, headers, cf, webSocket } = options;
        const socket = webSocket ?? undefined;
        const number = statusOf(status, socket);
        this.#status = number;
        this.#statusText = textOf(statusText, number);
        if (headers !== undefined) this.#headers = new Headers(headers);
        const own = internals.cfOf(cf);
        if (own !== undefined || socket !== undefined) this.#about = { ...USUAL, cf: own, socket };
      }
      if (body === undefined || body === null) {
        this.#body = null;
        return;
      }
      if (init !== undefined) checkBody(this.#status, body);
      if (typeof body === "string") {
        this.#body = body;
        this.#headers = this.#headers === undefined ? TEXT : withDefaultType(this.#headers, TEXT);
        return;
      }
      const { data, type } = bodyOf(body);
      this.#body = data;
      this.#headers = withDefaultType(this.#headers, type);
    }

    static {
      make = (status, statusText, headers, data, url, about) => {
        const response = new Response(null, undefined, MADE);
        response.#status = status;
        response.#statusText = statusText;
        response.#headers = headers;
        response.#body = data;
        response.#url = url;
        response.#about = about;
        return response;
      };
      internals.isResponse = (value) =>
        value !== null && typeof value === "object" && #status in value;
      internals.bodyOfResponse = (response) => {
        const body = response.#body;
        return isBody(body) ? body : (response.#body = newBody(body));
      };
      internals.takeRawOfResponse = (response) => {
        const body = response.#body;
        if (typeof body !== "string") return body === null ? null : undefined;
        response.#body = undefined;
        return body;
      };
      internals.statusOfResponse = (response) => response.#status;
      // As they are packed.
      internals.headersOfResponse = (response) => response.#headers;
      // What a message holds of the value, if it is a response.
      internals.responseParts = (value) => {
        if (!(#status in value)) return undefined;
        const status = value.#status;
        if (status === 0) bad("Response.error() cannot be sent.");
        const url = value.#url;
        const about = value.#about;
        const parts = [
          2, status, value.#statusText, internals.packedPairs(value.#headers),
          value.#body === null ? null : internals.bodyData(value),
        ];
        if (url !== "" || about !== USUAL) {
          parts[5] = url === "" ? undefined : url;
          parts[6] = url === "" ? undefined : about.redirected;
          parts[7] = about.cf;
          if (about.socket !== undefined) parts[8] = internals.endOf(about.socket);
        }
        return parts;
      };
      internals.upgradeOf = (response) => ({
        socket: response.#about.socket,
        protocol: internals.headerOf(response.#headers, "sec-websocket-protocol") ?? "",
      });
      // Prepares a response for the code that has fetched it.
      internals.cameFrom = (response, url, redirected, type = "default") => {
        const about = response.#about;
        if (redirected !== about.redirected || type !== about.type) {
          response.#about = { ...about, redirected: about.redirected || redirected, type };
        }
        // The URL of a request that was sent has no fragment.
        response.#url = response.#url === "" ? url : native.withoutFragment(response.#url);
        const headers = response.#headers;
        if (headers !== undefined && typeof headers !== "string" && internals.isHeaders(headers)) {
          internals.freezeHeaders(headers);
        }
        return response;
      };
    }

    static json(data, init = undefined) {
      const text = stringify(data);
      if (text === undefined) bad("The data cannot be written as JSON.");
      const { status, statusText, headers, cf } = dictionary(init);
      const own = headers === undefined ? undefined : new Headers(headers);
      const response = new Response(null, { status, statusText, cf });
      checkBody(response.#status, text);
      response.#headers = withDefaultType(own, "application/json");
      response.#body = text;
      return response;
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
      return this.#status;
    }

    get statusText() {
      return this.#statusText;
    }

    get ok() {
      return this.#status >= 200 && this.#status < 300;
    }

    get headers() {
      return (this.#headers = unpackedHeaders(this.#headers, this.#url !== ""));
    }

    get url() {
      return this.#url;
    }

    get redirected() {
      return this.#about.redirected;
    }

    get cf() {
      return this.#about.cf;
    }

    get webSocket() {
      return this.#about.socket ?? null;
    }

    get type() {
      return this.#status === 0 ? "error" : this.#about.type;
    }

    clone() {
      if (this.#about.socket !== undefined) bad("Cannot clone a response to a WebSocket handshake.");
      const headers = this.#headers === undefined ? undefined : internals.cloneHeaders(this.headers);
      const data = internals.cloneBody(this);
      return make(this.#status, this.#statusText, headers, data, this.#url, this.#about);
    }

    [internals.inspected]() {
      const { status, statusText, ok, headers, url, bodyUsed } = this;
      return { status, statusText, ok, headers, url, bodyUsed };
    }
  }
  const fixed = (status, init) => {
    const headers = new Headers(init);
    internals.freezeHeaders(headers);
    return make(status, PHRASES[status] ?? "", headers, null, "", USUAL);
  };
  defineProperty(Response, "length", { value: 0 });
  internals.mixBody(Response, internals.bodyOfResponse);
  internals.interface(Response);
  internals.Response = Response;

  internals.contentType = (owner) => {
    const headers = internals.isResponse(owner) ? internals.headersOfResponse(owner)
      : internals.headersOfRequest(owner);
    return internals.headerOf(headers, "content-type") ?? "";
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
    // One that was fetched elsewhere has a URL, and headers that can be changed.
    const own = href === "" ? packed : unpackedHeaders(packed, false);
    return make(number, text, own, data, href, about);
  };
  internals.responseOfFields = responseOfFields;

  /** Creates a response from a plain object, which may hold anything. */
  internals.responseOfData = ({ status, statusText, headers, body, url, redirected, cf, webSocket }) =>
    responseOfFields(status, statusText, headers, body, url, redirected, cf, webSocket);
}
