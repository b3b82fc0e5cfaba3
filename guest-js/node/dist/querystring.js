(require, module, exports, native) => {

// src/querystring.js
var { Buffer } = require("node:buffer");
var { codes: { ERR_INVALID_URI } } = require("node:internal/errors");
var hexValue = (code) => {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 65 && code <= 70) return code - 55;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
};
var unescapeBuffer = (text, decodeSpaces) => {
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code === 43 && decodeSpaces) code = 32;
    else if (code === 37) {
      const high = hexValue(text.charCodeAt(index + 1));
      const low = hexValue(text.charCodeAt(index + 2));
      if (high >= 0 && low >= 0) {
        code = high * 16 + low;
        index += 2;
      }
    }
    out[length++] = code;
  }
  return length < text.length ? out.slice(0, length) : out;
};
var qsUnescape = (text, decodeSpaces) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return querystring.unescapeBuffer(text, decodeSpaces).toString();
  }
};
var SAFE = /^[A-Za-z0-9\-_.!~*'()]*$/;
var qsEscape = (text) => {
  if (typeof text !== "string") text = typeof text === "object" ? String(text) : `${text}`;
  if (SAFE.test(text)) return text;
  try {
    return encodeURIComponent(text);
  } catch {
    return encodeUnits(text);
  }
};
var encodeUnits = (text) => {
  let out = "";
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code < 55296 || code >= 57344) {
      out += encodeURIComponent(text[index]);
      continue;
    }
    if (++index >= text.length) throw new ERR_INVALID_URI();
    code = 65536 + ((code & 1023) << 10 | text.charCodeAt(index) & 1023);
    out += encodeURIComponent(String.fromCodePoint(code));
  }
  return out;
};
var primitive = (value) => {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return `${value}`;
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "boolean") return value ? "true" : "false";
  return "";
};
var encodePrimitive = (value, encode) => {
  if (typeof value === "string") return value.length > 0 ? encode(value) : "";
  if (typeof value === "number" && Number.isFinite(value)) return Math.abs(value) < 1e21 ? `${value}` : encode(`${value}`);
  return primitive(value);
};
var stringify = (object, sep, eq, options) => {
  sep ||= "&";
  eq ||= "=";
  const custom = typeof options?.encodeURIComponent === "function";
  const encode = custom ? options.encodeURIComponent : querystring.escape;
  const convert = custom || encode !== qsEscape ? (value) => encode(primitive(value)) : (value) => encodePrimitive(value, encode);
  if (object === null || typeof object !== "object") return "";
  const fields = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    const start = `${convert(key)}${eq}`;
    if (Array.isArray(value)) for (const item of value) fields.push(start + convert(item));
    else fields.push(start + convert(value));
  }
  return fields.join(sep);
};
var parse = (text, sep, eq, options) => {
  const object = { __proto__: null };
  if (typeof text !== "string" || text.length === 0) return object;
  const separator = sep ? `${sep}` : "&";
  const equals = eq ? `${eq}` : "=";
  let left = 1e3;
  if (typeof options?.maxKeys === "number") left = options.maxKeys > 0 ? options.maxKeys : -1;
  const decode = typeof options?.decodeURIComponent === "function" ? options.decodeURIComponent : querystring.unescape;
  const custom = decode !== qsUnescape;
  const decoded = (part) => {
    const spaced = part.replaceAll("+", custom ? "%20" : " ");
    if (!custom && !spaced.includes("%")) return spaced;
    if (custom && !part.includes("%") && !part.includes("+")) {
      if (!options?.decodeURIComponent) return decodeWith(part);
    }
    return decodeWith(spaced);
  };
  const decodeWith = (part) => {
    try {
      return decode(part);
    } catch {
      return querystring.unescape(part, true);
    }
  };
  let start = 0;
  while (start <= text.length) {
    let end = text.indexOf(separator, start);
    if (end < 0) end = text.length;
    if (end > start) {
      const field = text.slice(start, end);
      const at = field.indexOf(equals);
      const key = decoded(at < 0 ? field : field.slice(0, at));
      const value = at < 0 ? "" : decoded(field.slice(at + equals.length));
      const known = object[key];
      if (known === void 0) object[key] = value;
      else if (Array.isArray(known)) known.push(value);
      else object[key] = [known, value];
      if (--left === 0) break;
    }
    start = end + separator.length;
  }
  return object;
};
var querystring = module.exports = {
  unescapeBuffer,
  unescape: qsUnescape,
  escape: qsEscape,
  stringify,
  encode: stringify,
  parse,
  decode: parse
};
}
