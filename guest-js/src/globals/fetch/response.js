(native, internals) => {
  const { newBody, Headers, defaultType, bodyOf, hrefOf } = internals;
  const { stringify } = JSON;
  const dictionary = (init) => internals.streams.dictionary(init, "The init of a response");
  const bad = (text) => {
    throw new TypeError(text);
  };

  const statusOf = (status) => {
    const number = status & 0xffff;
    if (number < 200 || number > 599) {
      throw new RangeError(
        "Responses may only be constructed with status codes in the range 200 to 599, inclusive.",
      );
    }
    return number;
  };
  // As Cloudflare Workers have it. In the standard, the text is empty if none is given.
  const PHRASES = {
    __proto__: null,
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
    text === undefined ? PHRASES[status] ?? "" : statusTextOf(`${text}`);
  const checkBody = (status, data) => {
    if (data !== null && (status === 204 || status === 205 || status === 304)) {
      bad("Response with null body status (101, 204, 205, or 304) cannot have a body.");
    }
  };

  // Marks an init made by this script, whose parts are already valid.
  const MADE = {};

  class Response {
    #body;
    #status;
    #statusText;
    #headers;
    #url = "";
    #redirected = false;
    #type = "default";
    #cf;

    constructor(body = undefined, init = undefined, made = undefined) {
      if (made === MADE) {
        this.#body = newBody(init.data);
        this.#status = init.status;
        this.#statusText = init.statusText;
        this.#headers = init.headers;
        this.#url = init.url ?? "";
        this.#redirected = init.redirected ?? false;
        this.#cf = init.cf;
        return;
      }
      const options = dictionary(init);
      const { status = 200, statusText, headers, cf } = options;
      const number = statusOf(status);
      const text = textOf(statusText, number);
      const own = new Headers(headers);
      const { data, type } = bodyOf(body);
      checkBody(number, data);
      defaultType(own, type);
      this.#body = newBody(data);
      this.#status = number;
      this.#statusText = text;
      this.#headers = own;
      this.#cf = internals.cfOf(cf);
    }

    static {
      internals.isResponse = (value) =>
        value !== null && typeof value === "object" && #status in value;
      internals.bodyOfResponse = (response) => response.#body;
      internals.responseParts = (response) => ({
        status: response.#status,
        statusText: response.#statusText,
        headers: response.#headers,
        url: response.#url,
        redirected: response.#redirected,
        cf: response.#cf,
      });
      // Prepares a response for the code that has fetched it.
      internals.cameFrom = (response, url, redirected, type = "default") => {
        response.#type = type;
        response.#url = internals.withoutFragment(response.#url === "" ? url : response.#url);
        response.#redirected ||= redirected;
        internals.freezeHeaders(response.#headers);
        return response;
      };
    }

    static json(data, init = undefined) {
      const text = stringify(data);
      if (text === undefined) bad("The data cannot be written as JSON.");
      const { status, statusText, headers, cf } = dictionary(init);
      const own = new Headers(headers);
      defaultType(own, "application/json");
      return new Response(text, { status, statusText, headers: own, cf });
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
      return this.#headers;
    }

    get url() {
      return this.#url;
    }

    get redirected() {
      return this.#redirected;
    }

    get cf() {
      return this.#cf;
    }

    get type() {
      return this.#status === 0 ? "error" : this.#type;
    }

    clone() {
      const parts = internals.responseParts(this);
      const headers = internals.cloneHeaders(parts.headers);
      return made({ ...parts, headers, data: internals.cloneBody(this) });
    }

    [internals.inspected]() {
      const { status, statusText, ok, headers, url, bodyUsed } = this;
      return { status, statusText, ok, headers, url, bodyUsed };
    }
  }
  const made = (init) => new Response(null, init, MADE);
  const fixed = (status, init) => {
    const headers = new Headers(init);
    internals.freezeHeaders(headers);
    return made({ status, statusText: PHRASES[status] ?? "", headers, data: null });
  };
  internals.mixBody(Response, internals.bodyOfResponse);
  internals.interface(Response);
  internals.Response = Response;

  internals.contentType = (owner) => {
    const { headers } = internals.isResponse(owner) ? internals.responseParts(owner) : internals.requestParts(owner);
    return internals.headerOf(headers, "content-type") ?? "";
  };

  /** Creates a response from the data of a message, which may be anything. */
  internals.responseOfData = ({ status, statusText, headers, body, url, redirected, cf }) => {
    const reason = statusText ?? undefined;
    if (typeof status !== "number" || (reason !== undefined && typeof reason !== "string")) {
      bad("A response needs a status, and a statusText that is a string.");
    }
    const init = {
      status: statusOf(status),
      statusText: textOf(reason, statusOf(status)),
      headers: internals.headersOf(headers),
      url: typeof url === "string" && url !== "" ? hrefOf(url) : "",
      redirected: redirected === true,
      cf: internals.cfOf(cf),
      data: internals.bodyOfData(body),
    };
    checkBody(init.status, init.data);
    return made(init);
  };
}
