(native, internals) => {
  const { patterns, streams } = internals;
  const { bad } = streams;
  const { canonical, compile, DEFAULT, execute, HOSTNAME, isSpecial, matchesSpecial, PATHNAME } = patterns;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { parseUrl, urlPart, wellFormed } = native;

  const NAMES = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
  // The order in which Web IDL reads a dictionary.
  const MEMBERS = [
    "baseURL", "hash", "hostname", "password", "pathname", "port", "protocol", "search", "username",
  ];

  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // Converts what may be a string or a dictionary.
  const inputOf = (input) => {
    if (input === undefined || input === null) return {};
    if (!isObject(input)) return wellFormed(`${input}`);
    const init = {};
    for (let index = 0; index < MEMBERS.length; index++) {
      const value = input[MEMBERS[index]];
      if (value !== undefined) init[MEMBERS[index]] = wellFormed(`${value}`);
    }
    return init;
  };

  const ignoresCase = (options) => {
    if (options === undefined || options === null) return false;
    if (!isObject(options)) bad("The options must be an object.");
    return !!options.ignoreCase;
  };

  const initOf = (input, base) => {
    if (typeof input !== "string") {
      return base === undefined ? { __proto__: null, ...input } : bad("A base URL needs a pattern that is a string.");
    }
    const init = patterns.split(input);
    if (base !== undefined) init.baseURL = base;
    else if (init.protocol === undefined) bad(`A relative pattern needs a base URL: ${input}`);
    return init;
  };

  const isIPv6 = (text) =>
    text.length > 1 && (text[0] === "[" || ((text[0] === "{" || text[0] === "\\") && text[1] === "["));

  const compileAll = (init, ignoreCase) => {
    const given = patterns.process(init, true, { __proto__: null });
    for (let index = 0; index < NAMES.length; index++) given[NAMES[index]] ??= "*";
    if (isSpecial(given.protocol) && given.port !== "" && given.port === DEFAULT_PORTS[given.protocol]) given.port = "";
    const all = { __proto__: null };
    all.protocol = compile(given.protocol, DEFAULT, canonical.protocol);
    all.username = compile(given.username, DEFAULT, canonical.username);
    all.password = compile(given.password, DEFAULT, canonical.password);
    all.hostname = compile(given.hostname, HOSTNAME, isIPv6(given.hostname) ? canonical.ipv6 : canonical.hostname);
    all.port = compile(given.port, DEFAULT, (value) => canonical.port(value));
    const hierarchical = matchesSpecial(all.protocol);
    const options = { ...DEFAULT, ignoreCase };
    all.pathname = hierarchical
      ? compile(given.pathname, { ...PATHNAME, ignoreCase }, canonical.pathname)
      : compile(given.pathname, options, canonical.opaque);
    all.search = compile(given.search, options, canonical.search);
    all.hash = compile(given.hash, options, canonical.hash);
    return all;
  };
  const DEFAULT_PORTS = { __proto__: null, ftp: "21", http: "80", https: "443", ws: "80", wss: "443" };

  // Returns the parts of a URL without the characters around them, or undefined if it is none.
  const partsOf = (input, base) => {
    const parts = { __proto__: null };
    if (typeof input !== "string") {
      for (let index = 0; index < NAMES.length; index++) parts[NAMES[index]] = "";
      try {
        return patterns.process({ __proto__: null, ...input }, false, parts);
      } catch {
        return undefined;
      }
    }
    const url = parseUrl(input, base);
    if (url === undefined) return undefined;
    for (let index = 0; index < NAMES.length; index++) parts[NAMES[index]] = urlPart(url, NAMES[index]);
    parts.protocol = patterns.cut(parts.protocol, 0, parts.protocol.length - 1);
    parts.search = patterns.cut(parts.search, 1);
    parts.hash = patterns.cut(parts.hash, 1);
    return parts;
  };

  const groupsOf = (component, match) => {
    const groups = {};
    for (let index = 1; index < match.length; index++) {
      defineProperty(groups, component.names[index - 1], {
        __proto__: null, value: match[index], writable: true, enumerable: true, configurable: true,
      });
    }
    return groups;
  };

  class URLPattern {
    #components;

    constructor(input = undefined, baseOrOptions = undefined, options = undefined) {
      const given = inputOf(input);
      const hasBase = arguments.length > 2 || !(baseOrOptions === undefined || baseOrOptions === null || isObject(baseOrOptions));
      const base = hasBase ? wellFormed(`${baseOrOptions}`) : undefined;
      const ignoreCase = ignoresCase(hasBase ? options : baseOrOptions);
      this.#components = compileAll(initOf(given, base), ignoreCase);
    }

    #match(input, base, isTest) {
      const components = this.#components;
      const given = inputOf(input);
      const from = base === undefined ? undefined : wellFormed(`${base}`);
      if (from !== undefined && typeof given !== "string") bad("A base URL needs an input that is a string.");
      const parts = partsOf(given, from);
      if (parts === undefined) return null;
      const result = { inputs: from === undefined ? [given] : [given, from] };
      for (let index = 0; index < NAMES.length; index++) {
        const name = NAMES[index];
        const match = execute(components[name], parts[name]);
        if (match === null) return null;
        if (!isTest) result[name] = { input: parts[name], groups: groupsOf(components[name], match) };
      }
      return result;
    }

    test(input = undefined, baseURL = undefined) {
      return this.#match(input, baseURL, true) !== null;
    }

    exec(input = undefined, baseURL = undefined) {
      return this.#match(input, baseURL, false);
    }

    static {
      for (const name of NAMES) {
        const property = {
          get [name]() {
            return this.#components[name].pattern;
          },
        };
        defineProperty(URLPattern.prototype, name, getOwnPropertyDescriptor(property, name));
      }
    }

    get hasRegExpGroups() {
      for (let index = 0; index < NAMES.length; index++) {
        if (this.#components[NAMES[index]].hasRegExp) return true;
      }
      return false;
    }

    [internals.inspected]() {
      const shown = {};
      for (let index = 0; index < NAMES.length; index++) shown[NAMES[index]] = this.#components[NAMES[index]].pattern;
      return shown;
    }
  }
  internals.interface(URLPattern);
}
