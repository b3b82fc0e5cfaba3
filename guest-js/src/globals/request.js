(native, internals) => {
  const { Body, Headers, defaultType, isSignal, peekBody, takeBody, bodyOf } = internals;
  const { parseUrl, urlPart } = native;
  const Controller = AbortController;
  const bad = (text) => {
    throw new TypeError(text);
  };

  const hrefOf = (url) => {
    const handle = parseUrl(url, undefined);
    return handle === undefined ? bad(`Invalid URL: ${url}`) : urlPart(handle, "href");
  };
  internals.hrefOf = hrefOf;

  const methodOf = (method) => native.methodName(method) ?? bad(`Invalid HTTP method string: ${method}`);

  const redirectOf = (redirect) =>
    redirect === "follow" || redirect === "manual" || redirect === "error"
      ? redirect
      : bad(`Invalid redirect value, must be one of "follow", "error" or "manual" ("${redirect}" won't work).`);

  const checkBody = (method, data) => {
    if (data !== null && (method === "GET" || method === "HEAD")) {
      bad("Request with a GET or HEAD method cannot have a body.");
    }
  };

  // An init of our own, whose parts are right already.
  const MADE = {};

  class Request extends Body {
    #url;
    #method;
    #headers;
    #redirect;
    #signal;

    constructor(input, init = undefined, made = undefined) {
      if (made === MADE) {
        super(init.data);
        this.#url = init.url;
        this.#method = init.method;
        this.#headers = init.headers;
        this.#redirect = init.redirect;
        this.#signal = init.signal;
        return;
      }
      if (arguments.length === 0) bad("Request needs a URL or a Request.");
      const from = isRequest(input) ? partsOf(input) : undefined;
      const url = from === undefined ? hrefOf(`${input}`) : from.url;
      const options = init ?? {};
      const givenMethod = options.method;
      const givenHeaders = options.headers;
      const givenRedirect = options.redirect;
      const givenSignal = options.signal;
      const givenBody = options.body;
      const method = givenMethod === undefined ? from?.method ?? "GET" : methodOf(`${givenMethod}`);
      const headers = new Headers(givenHeaders === undefined ? from?.headers : givenHeaders);
      const redirect =
        givenRedirect === undefined ? from?.redirect ?? "follow" : redirectOf(`${givenRedirect}`);
      const signal = givenSignal === undefined ? from?.signal : givenSignal ?? undefined;
      if (signal !== undefined && !isSignal(signal)) bad("The signal must be an AbortSignal.");
      let data = null;
      if (givenBody !== undefined) {
        const body = bodyOf(givenBody);
        data = body.data;
        checkBody(method, data);
        defaultType(headers, body.type);
      } else if (from !== undefined) {
        checkBody(method, peekBody(input));
        data = takeBody(input);
      }
      super(data);
      this.#url = url;
      this.#method = method;
      this.#headers = headers;
      this.#redirect = redirect;
      this.#signal = signal;
    }

    static {
      internals.isRequest = (value) =>
        value !== null && typeof value === "object" && #url in value;
      internals.requestParts = (request) => ({
        url: request.#url,
        method: request.#method,
        headers: request.#headers,
        redirect: request.#redirect,
        signal: request.#signal,
      });
    }

    get method() {
      return this.#method;
    }

    get url() {
      return this.#url;
    }

    get headers() {
      return this.#headers;
    }

    get redirect() {
      return this.#redirect;
    }

    get signal() {
      return (this.#signal ??= new Controller().signal);
    }

    clone() {
      const parts = partsOf(this);
      return made({ ...parts, headers: new Headers(parts.headers), data: internals.cloneBody(this) });
    }

    [internals.inspected]() {
      const { method, url, headers, redirect, bodyUsed } = this;
      return { method, url, headers, redirect, bodyUsed };
    }
  }
  const { isRequest, requestParts: partsOf } = internals;
  const made = (init) => new Request("", init, MADE);
  internals.interface(Request);
  internals.Request = Request;

  /** Of what came as data, and may be anything. */
  internals.requestOfData = ({ url, method, headers, body, redirect }) => {
    const verb = method ?? "GET";
    if (typeof url !== "string" || typeof verb !== "string") {
      bad("A request needs a url, and a method that is a string.");
    }
    const init = {
      url: hrefOf(url),
      method: methodOf(verb),
      headers: internals.headersOf(headers),
      redirect: redirectOf(redirect ?? "follow"),
      data: internals.bodyOfData(body),
    };
    checkBody(init.method, init.data);
    return made(init);
  };
}
