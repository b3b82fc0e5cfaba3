(native, internals) => {
  const { Body, Headers, defaultType, bodyOf, hrefOf } = internals;
  const { stringify } = JSON;
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
  const statusTextOf = (text) => native.statusText(text) ?? bad("Invalid statusText");
  const checkBody = (status, data) => {
    if (data !== null && (status === 204 || status === 205 || status === 304)) {
      bad("Response with null body status (101, 204, 205, or 304) cannot have a body.");
    }
  };

  // Marks an init made by this script, whose parts are already valid.
  const MADE = {};

  class Response extends Body {
    #status;
    #statusText;
    #headers;
    #url = "";
    #redirected = false;

    constructor(body = undefined, init = undefined, made = undefined) {
      if (made === MADE) {
        super(init.data);
        this.#status = init.status;
        this.#statusText = init.statusText;
        this.#headers = init.headers;
        this.#url = init.url ?? "";
        this.#redirected = init.redirected ?? false;
        return;
      }
      const options = init ?? {};
      const { status = 200, statusText = "", headers } = options;
      const number = statusOf(status);
      const text = statusTextOf(`${statusText}`);
      const own = new Headers(headers);
      const { data, type } = bodyOf(body);
      checkBody(number, data);
      defaultType(own, type);
      super(data);
      this.#status = number;
      this.#statusText = text;
      this.#headers = own;
    }

    static {
      internals.isResponse = (value) =>
        value !== null && typeof value === "object" && #status in value;
      internals.responseParts = (response) => ({
        status: response.#status,
        statusText: response.#statusText,
        headers: response.#headers,
        url: response.#url,
        redirected: response.#redirected,
      });
      // Prepares a response for the code that has fetched it.
      internals.cameFrom = (response, url, redirected) => {
        response.#url = internals.withoutFragment(response.#url === "" ? url : response.#url);
        response.#redirected ||= redirected;
        internals.freezeHeaders(response.#headers);
        return response;
      };
    }

    static json(data, init = undefined) {
      const text = stringify(data);
      if (text === undefined) bad("The data cannot be written as JSON.");
      const { status, statusText, headers } = init ?? {};
      const own = new Headers(headers);
      defaultType(own, "application/json");
      return new Response(text, { status, statusText, headers: own });
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

    get type() {
      return this.#status === 0 ? "error" : "default";
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
    return made({ status, statusText: "", headers, data: null });
  };
  internals.interface(Response);
  internals.Response = Response;

  internals.contentType = (owner) => {
    const { headers } = internals.isResponse(owner) ? internals.responseParts(owner) : internals.requestParts(owner);
    return internals.headerOf(headers, "content-type") ?? "";
  };

  /** Creates a response from the data of a message, which may be anything. */
  internals.responseOfData = ({ status, statusText, headers, body, url, redirected }) => {
    const reason = statusText ?? "";
    if (typeof status !== "number" || typeof reason !== "string") {
      bad("A response needs a status, and a statusText that is a string.");
    }
    const init = {
      status: statusOf(status),
      statusText: statusTextOf(reason),
      headers: internals.headersOf(headers),
      url: typeof url === "string" && url !== "" ? hrefOf(url) : "",
      redirected: redirected === true,
      data: internals.bodyOfData(body),
    };
    checkBody(init.status, init.data);
    return made(init);
  };
}
