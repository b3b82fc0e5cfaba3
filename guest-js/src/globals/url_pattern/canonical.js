(native, internals) => {
  const { patterns, streams } = internals;
  const { bad } = streams;
  const { cut, escape, isSpecial } = patterns;
  const { parseUrl, urlPart, setUrlPart } = native;
  const { apply } = Reflect;
  const { lastIndexOf, startsWith } = String.prototype;
  const { exec } = RegExp.prototype;
  const IPV6 = /^[0-9A-Fa-f:[\]]*$/;
  const HOSTNAME_ENDS = /[\t\n\r#/?\\]/;
  const DIGITS = /^[0-9]*$/;
  const DUMMY = "https://dummy.invalid/";

  const refuse = (what, value) => bad(`Invalid ${what}: ${value}`);

  const has = (text, expression) => apply(exec, expression, [text]) !== null;

  // Sets a part of a URL that has no other parts, and returns what became of it.
  const through = (part, value, base = DUMMY) => {
    const handle = parseUrl(base, undefined) ?? refuse(part, value);
    if (!setUrlPart(handle, part, value)) refuse(part, value);
    return urlPart(handle, part);
  };

  /** Each function makes a text canonical for its component, or refuses it. */
  const canonical = (patterns.canonical = {
    __proto__: null,
    protocol(value) {
      if (value === "") return value;
      const url = parseUrl(`${value}://dummy.invalid/`, undefined) ?? refuse("protocol", value);
      const scheme = urlPart(url, "protocol");
      return cut(scheme, 0, scheme.length - 1);
    },
    username: (value) => (value === "" ? value : through("username", value)),
    password: (value) => (value === "" ? value : through("password", value)),
    hostname: (value) =>
      value === "" ? value
      : has(value, HOSTNAME_ENDS) ? refuse("hostname", value)
      : through("hostname", value),
    ipv6: (value) => (has(value, IPV6) ? native.blobType(value) : refuse("hostname", value)),
    port: (value, protocol = undefined) =>
      value === "" ? value
      : !has(value, DIGITS) ? refuse("port", value)
      : through("port", value, protocol === undefined || protocol === "" ? "x://dummy.invalid/" : `${protocol}://dummy.invalid/`),
    pathname(value) {
      if (value === "") return value;
      const isAbsolute = value[0] === "/";
      const path = through("pathname", isAbsolute ? value : `/-${value}`);
      return isAbsolute ? path : cut(path, 2);
    },
    opaque(value) {
      if (value === "") return value;
      const url = parseUrl(`data:${value}`, undefined) ?? refuse("pathname", value);
      return urlPart(url, "pathname");
    },
    search: (value) => (value === "" ? value : cut(through("search", `?${value}`), 1)),
    hash: (value) => (value === "" ? value : cut(through("hash", `#${value}`), 1)),
  });

  const isAbsolute = (path, isPattern) =>
    path !== "" && (path[0] === "/" ||
      (isPattern && (apply(startsWith, path, ["\\/"]) || apply(startsWith, path, ["{/"]))));

  const without = (value, first) => (value[0] === first ? cut(value, 1) : value);

  // The parts of a base URL are inherited up to the first one that is given.
  const inherit = (init, result, isPattern) => {
    const base = parseUrl(init.baseURL, undefined) ?? refuse("base URL", init.baseURL);
    const take = (name, value) => {
      result[name] = isPattern ? escape(value) : value;
    };
    const part = (name) => urlPart(base, name);
    if (init.protocol !== undefined) return base;
    take("protocol", canonicalProtocol(part("protocol")));
    if (init.hostname === undefined && init.port === undefined && init.username === undefined && !isPattern) {
      take("username", part("username"));
      if (init.password === undefined) take("password", part("password"));
    }
    if (init.hostname !== undefined) return base;
    take("hostname", part("hostname"));
    if (init.port !== undefined) return base;
    take("port", part("port"));
    if (init.pathname !== undefined) return base;
    take("pathname", part("pathname"));
    if (init.search !== undefined) return base;
    take("search", without(part("search"), "?"));
    if (init.hash === undefined) take("hash", without(part("hash"), "#"));
    return base;
  };
  const canonicalProtocol = (value) =>
    value[value.length - 1] === ":" ? cut(value, 0, value.length - 1) : value;

  const hasOpaquePath = (base) => {
    const path = urlPart(base, "pathname");
    return path[0] !== "/" && !(path === "" && isSpecial(canonicalProtocol(urlPart(base, "protocol"))));
  };

  /** Returns the parts that an init means, as patterns or, canonical, as those of a URL. */
  patterns.process = (init, isPattern, result) => {
    const base = init.baseURL === undefined ? undefined : inherit(init, result, isPattern);
    const take = (name, value, make) => {
      if (init[name] !== undefined) result[name] = isPattern ? value(init[name]) : make(value(init[name]));
    };
    const same = (value) => value;
    take("protocol", canonicalProtocol, canonical.protocol);
    take("username", same, canonical.username);
    take("password", same, canonical.password);
    take("hostname", same, canonical.hostname);
    const protocol = result.protocol ?? "";
    take("port", same, (value) => canonical.port(value, protocol));
    const onBase = (path) => {
      if (base === undefined || hasOpaquePath(base) || isAbsolute(path, isPattern)) return path;
      const from = isPattern ? escape(urlPart(base, "pathname")) : urlPart(base, "pathname");
      return `${cut(from, 0, apply(lastIndexOf, from, ["/"]) + 1)}${path}`;
    };
    take("pathname", onBase, protocol === "" || isSpecial(protocol) ? canonical.pathname : canonical.opaque);
    take("search", (value) => without(value, "?"), canonical.search);
    take("hash", (value) => without(value, "#"), canonical.hash);
    return result;
  };
}
