// Content types by the endings of names.
"use strict";

const UTF8 = "; charset=utf-8";
const TYPES = {
  __proto__: null,
  html: `text/html${UTF8}`, htm: `text/html${UTF8}`, css: `text/css${UTF8}`, txt: `text/plain${UTF8}`, csv: `text/csv${UTF8}`,
  js: `application/javascript${UTF8}`, mjs: `application/javascript${UTF8}`, json: `application/json${UTF8}`, map: "application/json",
  webmanifest: "application/manifest+json", xml: "application/xml", wasm: "application/wasm", pdf: "application/pdf",
  png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", svg: "image/svg+xml", ico: "image/x-icon",
  webp: "image/webp", avif: "image/avif",
  woff: "font/woff", woff2: "font/woff2", ttf: "font/ttf", otf: "font/otf", eot: "application/vnd.ms-fontobject",
  mp3: "audio/mpeg", wav: "audio/wav", ogg: "audio/ogg", mp4: "video/mp4", webm: "video/webm",
  zip: "application/zip", gz: "application/gzip", tar: "application/x-tar",
};

const inferContentType = (path) => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? undefined : TYPES[name.slice(dot + 1).toLowerCase()];
};

const isTextContentType = (type) => type.startsWith("text/") || /json|xml|javascript|svg/.test(type);

module.exports = { inferContentType, isTextContentType };
