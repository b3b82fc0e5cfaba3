(native, internals) => {
  const {
    Headers, withDefaultType, unpackedHeaders, packedHeaders: packed, isSignal, followSignal, takeBody, peekBody, bodyOf,
  } = internals;
  const { parseUrl, urlPart, withoutFragment } = native;
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const { indexOf } = String.prototype;
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
    if (native.isPlainUrl(url)) return url;
    const href = hrefOf(url);
    return native.keepsUrls() ? url : href;
  };
  const bareUrlOf = (url) => {
    if (native.isPlainUrl(url)) return url;
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
  // Returns a detail, or undefined if it is the default.
  const detailOf = internals.detailOf = (details, name) => (details[name] === DETAILS[name] ? undefined : details[name]);
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

  // The properties that are rarely set. `given` is the signal that was given, and `signal` the
  // one that follows it. `source` is the stub of a signal elsewhere, which becomes `given` when
  // it is needed. The headers of a request that was received are frozen.
  const aboutOf = (redirect, isFrozen) => ({
    redirect, isFrozen, given: undefined, source: undefined, signal: undefined, details: DETAILS, cf: undefined,
  });
  const givenOf = (about) => {
    const { source } = about;
    if (source !== undefined) {
      about.source = undefined;
      about.given = internals.signalFrom(undefined, source);
    }
    return about.given;
  };
  const FOLLOWED = aboutOf("follow", false);
  const SENT = aboutOf("manual", false);
  const RECEIVED = aboutOf("manual", true);
  // The properties of a request that nobody has seen, whose URL has no fragment.
  const ARRIVED = aboutOf("manual", false);

  // Marks a request made of its parts.
  const MADE = {};
  // The indices of a request's parts in their list, which nobody else holds. The headers are
  // packed until they are read.
  const [URL_PART, METHOD, HEADERS, BODY, ABOUT] = [0, 1, 2, 3, 4];
  let make;
  let partsOf;
  let isRequest;

  // Each variable of a function costs as much as a step, so what is usual has functions of its own.
  /** Returns the parts of `new Request(input, init)`. */
  const partsFor = (input, init) =>
    init === undefined && typeof input === "string" && native.isPlainUrl(input) ? [input, "GET", undefined, null, FOLLOWED]
    : partsWith(input, init);
  const partsWith = (input, init) => {
    const from = isRequest(input) ? partsOf(input) : undefined;
    const about = from === undefined ? FOLLOWED : from[ABOUT];
    const url = from === undefined ? bareUrlOf(`${input}`) : from[URL_PART];
    const options = internals.streams.dictionary(init, "The init of a request");
    const givenMethod = options.method;
    const givenHeaders = options.headers;
    const givenBody = options.body ?? undefined;
    const details = detailsOf(options, about.details);
    const givenRedirect = options.redirect;
    const givenSignal = options.signal;
    const { duplex, priority, cf } = options;
    if (priority !== undefined) oneOf(PRIORITIES, `${priority}`, "priority");
    if (duplex !== undefined && `${duplex}` !== "half") bad(`Unsupported duplex mode: ${duplex}`);
    const method = givenMethod === undefined ? from?.[METHOD] ?? "GET" : methodOf(`${givenMethod}`);
    let headers;
    if (givenHeaders !== undefined) headers = new Headers(givenHeaders);
    else if (from?.[HEADERS] !== undefined) headers = new Headers(headersIn(from));
    const redirect = givenRedirect === undefined ? about.redirect : redirectOf(`${givenRedirect}`);
    const given = givenSignal === undefined ? givenOf(about) : givenSignal ?? undefined;
    if (given !== undefined && !isSignal(given)) bad("The signal must be an AbortSignal.");
    let data = null;
    if (givenBody !== undefined) {
      const body = bodyOf(givenBody);
      data = body.data;
      checkBody(method, data);
      if (details.keepalive && internals.streams.readableOf(data) !== undefined) {
        bad("A request with keepalive cannot have a stream as its body.");
      }
      headers = withDefaultType(headers, body.type);
    } else if (from !== undefined) {
      checkBody(method, peekBody(from));
      data = takeBody(from);
    }
    const ownCf = cf === undefined ? about.cf : cfOf(cf);
    const isUsual = redirect === "follow" && given === undefined && details === DETAILS && ownCf === undefined;
    return [url, method, headers, data, isUsual ? FOLLOWED
      : { redirect, isFrozen: false, given, source: undefined, signal: undefined, details, cf: ownCf }];
  };
  const headersIn = (parts) =>
    (parts[HEADERS] = unpackedHeaders(parts[HEADERS], parts[ABOUT].isFrozen));

  class Request {
    #parts;

    constructor(input, init) {
      if (input === MADE) this.#parts = init;
      else if (input === undefined) bad("Request needs a URL or a Request.");
      else this.#parts = partsFor(input, init);
    }

    static {
      make = (parts) => new Request(MADE, parts);
      partsOf = (request) => request.#parts;
      isRequest = internals.isRequest = (value) =>
        value !== null && typeof value === "object" && #parts in value;
      // Returns the fields of the value in a message, if it is a request.
      internals.requestParts = (value) => {
        if (!(#parts in value)) return undefined;
        const parts = value.#parts;
        const { redirect, given, source, details, cf } = parts[ABOUT];
        const headers = packed(parts[HEADERS]);
        const body = internals.bodyData(parts);
        return details === DETAILS && cf === undefined
          ? [1, parts[URL_PART], parts[METHOD], headers, body, redirect, source ?? given]
          : [
              1, parts[URL_PART], parts[METHOD], headers, body, redirect, source ?? given,
              detailOf(details, "cache"), detailOf(details, "credentials"), detailOf(details, "integrity"), cf,
            ];
      };
      // Prepares a request for its receiver.
      internals.received = (request) => {
        const parts = request.#parts;
        const about = parts[ABOUT];
        if (about === ARRIVED) {
          parts[ABOUT] = RECEIVED;
          return request;
        }
        if (about === FOLLOWED || about === SENT) parts[ABOUT] = RECEIVED;
        else {
          about.redirect = "manual";
          about.isFrozen = true;
        }
        const headers = parts[HEADERS];
        if (headers !== undefined && internals.isHeaders(headers)) internals.freezeHeaders(headers);
        parts[URL_PART] = withoutFragment(parts[URL_PART]);
        return request;
      };
    }

    get method() {
      return this.#parts[METHOD];
    }

    get url() {
      return this.#parts[URL_PART];
    }

    get headers() {
      return headersIn(this.#parts);
    }

    get redirect() {
      return this.#parts[ABOUT].redirect;
    }

    get signal() {
      const parts = this.#parts;
      const about = parts[ABOUT];
      if (about.signal !== undefined) return about.signal;
      const given = givenOf(about);
      const signal = given === undefined ? new Controller().signal : followSignal(given);
      parts[ABOUT] = { ...about, signal };
      return signal;
    }

    get destination() {
      this.#parts;
      return "";
    }

    get duplex() {
      this.#parts;
      return "half";
    }

    get referrer() {
      return this.#parts[ABOUT].details.referrer;
    }

    get referrerPolicy() {
      return this.#parts[ABOUT].details.referrerPolicy;
    }

    get mode() {
      return this.#parts[ABOUT].details.mode;
    }

    get credentials() {
      return this.#parts[ABOUT].details.credentials;
    }

    get cache() {
      return this.#parts[ABOUT].details.cache;
    }

    get integrity() {
      return this.#parts[ABOUT].details.integrity;
    }

    get keepalive() {
      return this.#parts[ABOUT].details.keepalive;
    }

    get isReloadNavigation() {
      this.#parts;
      return false;
    }

    get isHistoryNavigation() {
      this.#parts;
      return false;
    }

    get cf() {
      return this.#parts[ABOUT].cf;
    }

    clone() {
      const parts = this.#parts;
      const about = parts[ABOUT];
      // The clone is aborted when this request is, whoever aborts it.
      const given = givenOf(about) ?? about.signal;
      const headers = parts[HEADERS] === undefined ? undefined : internals.cloneHeaders(headersIn(parts));
      const data = internals.cloneBody(parts);
      return make([parts[URL_PART], parts[METHOD], headers, data, { ...about, given, signal: undefined }]);
    }

    [internals.inspected]() {
      const { method, url, headers, redirect, bodyUsed } = this;
      return { method, url, headers, redirect, bodyUsed };
    }
  }
  internals.requestPartsFor = partsFor;
  internals.partsOfRequest = partsOf;
  internals.makeRequest = make;
  // The properties of a request that has nothing unusual.
  internals.usualAbout = FOLLOWED;
  // Returns the properties of a sent request whose sender follows redirects.
  internals.sentAbout = (about) => (about === FOLLOWED ? SENT : { ...about, redirect: "manual" });
  defineProperty(Request, "length", { value: 1 });
  internals.mixBody(Request, partsOf);
  internals.interface(Request);
  internals.Request = Request;

  const requestWith = (url, method, headers, body, redirect, signal, cf, details) => {
    const verb = method ?? "GET";
    if (typeof url !== "string" || typeof verb !== "string") {
      bad("A request needs a url, and a method that is a string.");
    }
    let given = signal ?? undefined;
    let source;
    if (given !== undefined && !isSignal(given)) {
      if (!native.isStub(given)) bad("The signal must be an AbortSignal.");
      source = given;
      given = undefined;
    }
    const href = urlOf(url);
    const upper = verb === "GET" ? verb : methodOf(verb);
    const packed = internals.packedHeadersOf(headers);
    const mode = redirectOf(redirect ?? "follow");
    const ownCf = cfOf(cf);
    const data = internals.bodyOfData(body);
    checkBody(upper, data);
    const isUsual = mode !== "error" && given === undefined && source === undefined && details === DETAILS &&
      ownCf === undefined;
    const about = isUsual ? (mode === "follow" ? FOLLOWED : SENT)
      : { redirect: mode, isFrozen: false, given, source, signal: undefined, details, cf: ownCf };
    return make([href, upper, packed, data, about]);
  };

  /** Creates a request of a `fetch` from the fields of a message, which are known to be valid. */
  internals.usualRequest = (url, method, headers, body) =>
    new Request(MADE, [url, method, headers, body, ARRIVED]);

  /** Creates a request from the fields of a message, which may be anything. */
  internals.requestOfFields = (
    url, method, headers, body, redirect, signal, cache, credentials, integrity, cf,
  ) => {
    const isUsual = cache === undefined && credentials === undefined && integrity === undefined;
    const details = isUsual ? DETAILS
      : detailsOf({ __proto__: null, cache, credentials, integrity }, DETAILS);
    return requestWith(url, method, headers, body, redirect, signal, cf, details);
  };

  /** Creates a request from a plain object, which may hold anything. */
  internals.requestOfData = (given) => {
    const { url, method, headers, body, redirect, signal, cf } = given;
    return requestWith(url, method, headers, body, redirect, signal, cf, detailsOf(given, DETAILS));
  };
}
