// A server of static assets: the manifest says what there is, and the storage has the contents.
"use strict";

const { inferContentType } = require("./mime.js");
const { redirect, withHeaders } = require("./redirects.js");

const createMemoryStorage = (assets) => {
  const contents = new Map(Object.entries(assets));
  return { get: async (pathname) => contents.get(pathname) ?? null };
};

const bytesOf = (content) => {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return ArrayBuffer.isView(content)
    ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    : new Uint8Array(content);
};

/** Returns 16 digits of the content's SHA-256. */
const etagOf = (content) => {
  const hash = native.hash("sha256");
  hash.update(bytesOf(content));
  const digest = [...new Uint8Array(hash.finish(), 0, 8)];
  return digest.map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const buildAssetManifest = async (assets) => new Map(
  Object.entries(assets).map(([path, content]) => [path, { contentType: inferContentType(path), etag: etagOf(content) }]),
);

const buildAssets = async (assets) => ({
  manifest: await buildAssetManifest(assets),
  storage: createMemoryStorage(assets),
});

const decode = (segment) => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
const decodePath = (path) => path.split("/").map(decode).join("/").replace(/\/+/g, "/");
const encodePath = (path) => path.split("/").map((segment) => encodeURIComponent(segment.toWellFormed())).join("/");

/** Returns the path without the part that stands for a page or the index of a folder. */
const baseOf = (path) => path.replace(/(?:\/index\.html|\/index|\.html|\/)$/, "");

const isForced = (mode) => mode === "force-trailing-slash";
const isDropped = (mode) => mode === "drop-trailing-slash";

/**
 * Returns `{ file }` for a path that an asset is served at, `{ to }` for one that redirects to such a path, or
 * `undefined`. Of `/a.html` and `/a/index.html`, the mode says at which of `/a` and `/a/` each is served.
 */
const find = (path, manifest, mode) => {
  const exact = manifest.has(path) ? { file: path } : undefined;
  if (mode === "none" || (exact && !path.endsWith(".html"))) return exact;
  for (const base of new Set([baseOf(path), path])) {
    const [page, index] = [`${base}.html`, `${base}/index.html`];
    const urls = new Map([[index, isDropped(mode) && base !== "" ? base : `${base}/`]]);
    if (base !== "") urls.set(page, isForced(mode) ? `${base}/` : base);
    const files = (isDropped(mode) ? [page, index] : [index, page]).filter((file) => urls.has(file) && manifest.has(file));
    const servedAt = (url) => files.find((file) => urls.get(file) === url);
    const file = servedAt(path);
    if (file) return { file };
    // The file that was asked for goes first.
    for (const file of files.toSorted((a, b) => (b === path) - (a === path))) {
      const to = urls.get(file);
      if (!manifest.has(to) && servedAt(to) === file) return { to };
      if (file === path) return exact;
    }
  }
  return exact;
};

/** The end of the paths of pages for what is not found in their folder. */
const NOT_FOUND = "/404.html";

/** Returns the asset for a path that has none. */
const findInstead = (path, manifest, mode, acceptsHtml) => {
  if (mode === "single-page-application") {
    return acceptsHtml && manifest.has("/index.html") ? { file: "/index.html" } : undefined;
  }
  if (mode !== "404-page") return undefined;
  let nearest;
  for (const file of manifest.keys()) {
    const isAbove = file.endsWith(NOT_FOUND) && path.startsWith(file.slice(0, 1 - NOT_FOUND.length));
    if (isAbove && !(nearest?.length > file.length)) nearest = file;
  }
  return nearest && { file: nearest, status: 404 };
};

const cacheControl = (path) =>
  // A name with a hash, such as `app.0a1b2c3d.js`, never has another content.
  /\.[a-f0-9]{8,}\.\w+$/.test(path) ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate";

const serve = async ({ file, status = 200 }, path, request, manifest, storage) => {
  const { contentType, etag } = manifest.get(file);
  const tag = `"${etag}"`;
  const headers = new Headers({ ETag: tag, "Cache-Control": cacheControl(path) });
  if (contentType) headers.set("Content-Type", contentType);
  const known = (request.headers.get("If-None-Match") ?? "").split(",").map((it) => it.trim());
  if (known.includes(tag) || known.includes(`W/${tag}`)) return new Response(null, { status: 304, headers });
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const body = await storage.get(file);
  return body === null || body === undefined ? null : new Response(body, { status, headers });
};

const respond = async (request, url, manifest, storage, config) => {
  const pathname = redirect(url, config.redirects);
  if (typeof pathname !== "string") return pathname;
  const path = decodePath(pathname);
  const acceptsHtml = (request.headers.get("Accept") ?? "").includes("text/html");
  const found = find(path, manifest, config.html_handling ?? "auto-trailing-slash")
    ?? findInstead(path, manifest, config.not_found_handling, acceptsHtml);
  if (!found) return null;
  const to = encodePath(found.to ?? path);
  // A browser does not escape `@` and some other characters, and a module has one address.
  if (found.to === undefined && (to === pathname || encodeURI(path.toWellFormed()) === pathname)) {
    return serve(found, path, request, manifest, storage);
  }
  return new Response(null, { status: 307, headers: { Location: to + url.search } });
};

/** Returns the response to a request, or null if it is for the program. */
const handleAssetRequest = async (request, manifest, storage, config = {}) => {
  if (request.method !== "GET" && request.method !== "HEAD") return null;
  const url = new URL(request.url);
  const response = await respond(request, url, manifest, storage, config);
  return response && withHeaders(response, url.pathname, config.headers);
};

module.exports = { buildAssetManifest, buildAssets, createMemoryStorage, handleAssetRequest };
