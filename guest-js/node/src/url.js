// URLs: those of the web, and Node's old ones by the package `url`.
"use strict";

const legacy = require("url/url.js");
const punycode = require("node:punycode");
const path = require("node:path");
const { Buffer } = require("node:buffer");
const { codes } = require("node:internal/errors");
const { validateString, validateObject } = require("node:internal/validators");
const {
  ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_FILE_URL_HOST, ERR_INVALID_FILE_URL_PATH, ERR_INVALID_URL,
  ERR_INVALID_URL_SCHEME,
} = codes;

const { Url } = legacy;
const invalid = (input) => Object.assign(new ERR_INVALID_URL(), { input });

const basicParse = Url.prototype.parse;
Url.prototype.parse = function (url, parseQueryString, slashesDenoteHost) {
  validateString(url, "url");
  const result = Reflect.apply(basicParse, this, [url, parseQueryString, slashesDenoteHost]);
  // The package tolerates what Node refuses.
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url.trim())?.[1];
  if (authority !== undefined && this.slashes && !/^javascript:/i.test(url)) {
    if (/[\0\t\n\r #%/<>?@[\\\]^|`]/.test(authority.replace(/^\[[0-9a-f:.]*\](:\d*)?$/i, "").replaceAll("\\", "")) ||
        /^\[/.test(authority) !== /\]/.test(authority) || /:\D/.test(authority.replace(/^\[.*\]/, ""))) {
      throw invalid(url);
    }
  }
  return result;
};

const parse = (url, parseQueryString, slashesDenoteHost) => {
  if (url instanceof Url) return url;
  const parsed = new Url();
  parsed.parse(url, parseQueryString, slashesDenoteHost);
  if (parseQueryString && parsed.search === "") {
    parsed.search = null;
    parsed.query = { __proto__: null };
  }
  return parsed;
};

const format = (url, options) => {
  if (typeof url === "string") return parse(url).format();
  if (typeof url !== "object" || url === null) throw new ERR_INVALID_ARG_TYPE("urlObject", ["Object", "string"], url);
  if (url instanceof URL) {
    if (options !== undefined) validateObject(options, "options");
    const { fragment = true, unicode = false, search = true, auth = true } = { ...options };
    const copy = new URL(url.href);
    if (fragment === false || (fragment !== undefined && !fragment)) copy.hash = "";
    if (!search && search !== undefined) copy.search = "";
    if (!auth && auth !== undefined) copy.username = copy.password = "";
    const { href } = copy;
    return unicode && copy.hostname ? href.replace(copy.hostname, punycode.toUnicode(copy.hostname)) : href;
  }
  return Reflect.apply(Url.prototype.format, url, []);
};

const fileURLToPath = (input, options) => {
  if (typeof input === "string") input = new URL(input);
  else if (!(input instanceof URL)) throw new ERR_INVALID_ARG_TYPE("path", ["string", "URL"], input);
  if (input.protocol !== "file:") throw new ERR_INVALID_URL_SCHEME("file");
  const { pathname } = input;
  if (options?.windows) {
    if (/%(2f|5c)/i.test(pathname)) throw Object.assign(new ERR_INVALID_FILE_URL_PATH("must not include encoded \\ or / characters"), { input });
    const decoded = decodeURIComponent(pathname.replaceAll("/", "\\"));
    if (input.hostname !== "") return `\\\\${punycode.toUnicode(input.hostname)}${decoded}`;
    if (!/^\\[a-zA-Z]:/.test(decoded)) throw Object.assign(new ERR_INVALID_FILE_URL_PATH("must be absolute"), { input });
    return decoded.slice(1);
  }
  if (input.hostname !== "") throw new ERR_INVALID_FILE_URL_HOST("linux");
  if (/%2f/i.test(pathname)) throw Object.assign(new ERR_INVALID_FILE_URL_PATH("must not include encoded / characters"), { input });
  return decodeURIComponent(pathname);
};

const pathToFileURL = (filepath, options) => {
  validateString(filepath, "path");
  const windows = options?.windows ?? false;
  const url = new URL("file:///");
  if (windows && filepath.startsWith("\\\\")) {
    const isExtended = filepath.startsWith("\\\\?\\UNC\\");
    const rest = filepath.slice(isExtended ? 8 : 2);
    const at = rest.indexOf("\\");
    if (at < 0) throw new ERR_INVALID_ARG_VALUE("path", filepath, "Missing UNC resource path");
    if (at === 0) throw new ERR_INVALID_ARG_VALUE("path", filepath, "Empty UNC servername");
    url.hostname = rest.slice(0, at);
    filepath = rest.slice(at);
    url.pathname = encodePath(path.win32.resolve(filepath).replaceAll("\\", "/"), true);
    return url;
  }
  let resolved = windows ? path.win32.resolve(filepath) : path.posix.resolve(filepath);
  const last = filepath[filepath.length - 1];
  if ((last === "/" || (windows && last === "\\")) && resolved[resolved.length - 1] !== path.sep) resolved += "/";
  url.pathname = encodePath(windows ? resolved.replaceAll("\\", "/") : resolved, windows);
  return url;
};
const encodePath = (text, windows) => {
  text = text.replaceAll("%", "%25");
  if (!windows) text = text.replaceAll("\\", "%5C");
  return text.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll("\t", "%09")
    .replace(/[?#[\]^|~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
};

const urlToHttpOptions = (url) => {
  validateObject(url, "url", 6);
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname?.[0] === "[" ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ""}${search || ""}`,
    href: url.href,
  };
  if (port !== "") options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
};

const hostOf = (domain) => {
  const text = `${domain}`;
  try {
    const { hostname } = new URL(`ws://${text}`);
    return /[/?#@\\:]/.test(text) && text[0] !== "[" ? "" : hostname;
  } catch {
    return "";
  }
};

module.exports = {
  Url,
  parse,
  resolve: (source, relative) => parse(source, false, true).resolve(relative),
  resolveObject: (source, relative) => (source ? parse(source, false, true).resolveObject(relative) : relative),
  format,
  URL,
  URLSearchParams,
  domainToASCII: (domain) => hostOf(domain),
  domainToUnicode: (domain) => punycode.toUnicode(hostOf(domain)),
  pathToFileURL,
  fileURLToPath,
  fileURLToPathBuffer: (url, options) => Buffer.from(fileURLToPath(url, options)),
  urlToHttpOptions,
};
if (typeof URLPattern === "function") module.exports.URLPattern = URLPattern;
