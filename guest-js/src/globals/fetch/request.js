(native, internals) => {
  const { newBody, Headers, defaultType, isSignal, followSignal, takeBody, peekBody, bodyOf } = internals;
  const { parseUrl, urlPart } = native;
  const { apply } = Reflect;
  const { indexOf, slice } = String.prototype;
  const Controller = AbortController;
  const bad = (text) => {
    throw new TypeError(text);
  };

  const hrefOf = (url) => {
    const handle = parseUrl(url, undefined);
    return handle === undefined ? bad(`Invalid URL: ${url}`) : urlPart(handle, "href");
  };
  internals.hrefOf = hrefOf;

  /** Returns the URL of a request. By the flag `fetch_legacy_url` it stays as it was given. */
  const urlOf = (url) => {
    const href = hrefOf(url);
    return native.keepsUrls() ? url : href;
  };
  const bareUrlOf = (url) => {
    const handle = parseUrl(url, undefined) ?? bad(`Invalid URL: ${url}`);
    const href = urlPart(handle, "href");
    const hasCredentials = apply(indexOf, href, ["@"]) >= 0 &&
      (urlPart(handle, "username") !== "" || urlPart(handle, "password") !== "");
    if (hasCredentials) bad(`The URL of a request must not include credentials: ${url}`);
    return native.keepsUrls() ? url : href;
  };
  const cfOf = (cf) =>
    cf === undefined || cf === null ? undefined
    : typeof cf === "object" ? cf
    : bad("\"cf\" must be an object.");
  internals.cfOf = cfOf;

  /** Removes the fragment of a URL, which is not sent. */
  const withoutFragment = (href) => {
    const at = apply(indexOf, href, ["#"]);
    return at < 0 ? href : apply(slice, href, [0, at]);
  };
  internals.withoutFragment = withoutFragment;

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

  // Properties of a request that nothing here acts on, in the order in which the standard reads
  // them. The first value of a list is the default.
  const REFERRER_POLICIES = {
    __proto__: null,
    "": true, "no-referrer": true, "no-referrer-when-downgrade": true, "same-origin": true,
    origin: true, "strict-origin": true, "origin-when-cross-origin": true,
    "strict-origin-when-cross-origin": true, "unsafe-url": true,
  };
  const MODES = { __proto__: null, cors: true, "no-cors": true, "same-origin": true };
  const CREDENTIALS = { __proto__: null, omit: true, "same-origin": true, include: true };
  const PRIORITIES = { __proto__: null, high: true, low: true, auto: true };
  const CACHES = {
    __proto__: null,
    default: true, "no-store": true, reload: true, "no-cache": true, "force-cache": true,
    "only-if-cached": true,
  };
  const DETAILS = {
    __proto__: null,
    referrer: "about:client", referrerPolicy: "", mode: "cors", credentials: "same-origin",
    cache: "default", integrity: "", keepalive: false,
  };
  const oneOf = (known, value, what) => (value in known ? value : bad(`Unsupported ${what}: ${value}`));

  const detailsOf = (options, from) => {
    const { referrer, referrerPolicy, mode, credentials, cache, integrity, keepalive } = options;
    const isNew = referrer !== undefined || referrerPolicy !== undefined || mode !== undefined ||
      credentials !== undefined || cache !== undefined || integrity !== undefined ||
      keepalive !== undefined;
    if (!isNew) return from;
    const all = {
      __proto__: null,
      referrer: referrer === undefined ? from.referrer : referrerOf(`${referrer}`),
      referrerPolicy: referrerPolicy === undefined ? from.referrerPolicy
        : oneOf(REFERRER_POLICIES, `${referrerPolicy}`, "referrer policy"),
      mode: mode === undefined ? from.mode : oneOf(MODES, `${mode}`, "request mode"),
      credentials: credentials === undefined ? from.credentials
        : oneOf(CREDENTIALS, `${credentials}`, "credentials mode"),
      cache: cache === undefined ? from.cache : oneOf(CACHES, `${cache}`, "cache mode"),
      integrity: integrity === undefined ? from.integrity : `${integrity}`,
      keepalive: keepalive === undefined ? from.keepalive : !!keepalive,
    };
    if (all.cache === "only-if-cached" && all.mode !== "same-origin") {
      bad("The cache mode \"only-if-cached\" needs the request mode \"same-origin\".");
    }
    return all;
  };
  const referrerOf = (referrer) =>
    referrer === "" ? "" : referrer === "about:client" ? referrer : hrefOf(referrer);

  // Marks an init made by this script, whose parts are already valid.
  const MADE = {};

  class Request {
    #body;
    #url;
    #method;
    #headers;
    #redirect;
    // The signal that was given, and the one that follows it.
    #given;
    #signal;
    #details;
    #cf;

    constructor(input, init = undefined, made = undefined) {
      if (made === MADE) {
        this.#body = newBody(init.data);
        this.#url = init.url;
        this.#method = init.method;
        this.#headers = init.headers;
        this.#redirect = init.redirect;
        this.#given = init.signal;
        this.#details = init.details;
        this.#cf = init.cf;
        return;
      }
      if (arguments.length === 0) bad("Request needs a URL or a Request.");
      const from = isRequest(input) ? partsOf(input) : undefined;
      const url = from === undefined ? bareUrlOf(`${input}`) : from.url;
      const options = internals.streams.dictionary(init, "The init of a request");
      const givenMethod = options.method;
      const givenHeaders = options.headers;
      const givenBody = options.body ?? undefined;
      const details = detailsOf(options, from?.details ?? DETAILS);
      const givenRedirect = options.redirect;
      const givenSignal = options.signal;
      const { duplex, priority, cf } = options;
      if (priority !== undefined) oneOf(PRIORITIES, `${priority}`, "priority");
      if (duplex !== undefined && `${duplex}` !== "half") bad(`Unsupported duplex mode: ${duplex}`);
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
        if (details.keepalive && internals.streams.readableOf(data) !== undefined) {
          bad("A request with keepalive cannot have a stream as its body.");
        }
        defaultType(headers, body.type);
      } else if (from !== undefined) {
        checkBody(method, peekBody(input));
        data = takeBody(input);
      }
      this.#body = newBody(data);
      this.#url = url;
      this.#method = method;
      this.#headers = headers;
      this.#redirect = redirect;
      this.#given = signal;
      this.#details = details;
      this.#cf = cf === undefined ? from?.cf : cfOf(cf);
    }

    static {
      internals.isRequest = (value) =>
        value !== null && typeof value === "object" && #url in value;
      internals.bodyOfRequest = (request) => request.#body;
      internals.requestParts = (request) => ({
        url: request.#url,
        method: request.#method,
        headers: request.#headers,
        redirect: request.#redirect,
        signal: request.#given,
        details: request.#details,
        cf: request.#cf,
      });
      // Prepares a request to be sent. The sender follows redirects.
      internals.asSent = (request) => {
        request.#url = withoutFragment(request.#url);
        request.#redirect = "manual";
        return request;
      };
      // Prepares a request for its receiver.
      internals.received = (request) => {
        internals.freezeHeaders(request.#headers);
        return internals.asSent(request);
      };
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
      const given = this.#given;
      return (this.#signal ??= given === undefined ? new Controller().signal : followSignal(given));
    }

    get destination() {
      this.#details;
      return "";
    }

    get duplex() {
      this.#details;
      return "half";
    }

    get referrer() {
      return this.#details.referrer;
    }

    get referrerPolicy() {
      return this.#details.referrerPolicy;
    }

    get mode() {
      return this.#details.mode;
    }

    get credentials() {
      return this.#details.credentials;
    }

    get cache() {
      return this.#details.cache;
    }

    get integrity() {
      return this.#details.integrity;
    }

    get keepalive() {
      return this.#details.keepalive;
    }

    get isReloadNavigation() {
      this.#details;
      return false;
    }

    get isHistoryNavigation() {
      this.#details;
      return false;
    }

    get cf() {
      return this.#cf;
    }

    clone() {
      const parts = partsOf(this);
      // The clone is aborted when this request is, whoever aborts it.
      parts.signal ??= this.#signal;
      const headers = internals.cloneHeaders(parts.headers);
      return made({ ...parts, headers, data: internals.cloneBody(this) });
    }

    [internals.inspected]() {
      const { method, url, headers, redirect, bodyUsed } = this;
      return { method, url, headers, redirect, bodyUsed };
    }
  }
  const { isRequest, requestParts: partsOf } = internals;
  const made = (init) => new Request("", init, MADE);
  internals.mixBody(Request, internals.bodyOfRequest);
  internals.interface(Request);
  internals.Request = Request;

  /** Creates a request from the data of a message, which may be anything. */
  internals.requestOfData = (given) => {
    const { url, method, headers, body, redirect, signal, cf } = given;
    const verb = method ?? "GET";
    if (typeof url !== "string" || typeof verb !== "string") {
      bad("A request needs a url, and a method that is a string.");
    }
    if (signal !== undefined && signal !== null && !isSignal(signal)) bad("The signal must be an AbortSignal.");
    const init = {
      url: urlOf(url),
      method: methodOf(verb),
      headers: internals.headersOf(headers),
      redirect: redirectOf(redirect ?? "follow"),
      signal: signal ?? undefined,
      details: detailsOf(given, DETAILS),
      cf: cfOf(cf),
      data: internals.bodyOfData(body),
    };
    checkBody(init.method, init.data);
    return made(init);
  };

  /** Creates the request that a redirect leads to. */
  internals.redirectedRequest = (parts, url, method, headers, data) =>
    made({ url, method, headers, redirect: "manual", signal: parts.signal, details: parts.details, cf: parts.cf, data });

  /** Returns a detail, or undefined if it is the default. */
  internals.detailOf = (details, name) =>
    details[name] === DETAILS[name] ? undefined : details[name];
}
