(require, module, exports, native) => {
var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// src/bundler/mime.js
var require_mime = __commonJS({
  "src/bundler/mime.js"(exports2, module2) {
    "use strict";
    var UTF8 = "; charset=utf-8";
    var TYPES = {
      __proto__: null,
      html: `text/html${UTF8}`,
      htm: `text/html${UTF8}`,
      css: `text/css${UTF8}`,
      txt: `text/plain${UTF8}`,
      csv: `text/csv${UTF8}`,
      js: `application/javascript${UTF8}`,
      mjs: `application/javascript${UTF8}`,
      json: `application/json${UTF8}`,
      map: "application/json",
      webmanifest: "application/manifest+json",
      xml: "application/xml",
      wasm: "application/wasm",
      pdf: "application/pdf",
      png: "image/png",
      jpg: "image/jpeg",
      jpeg: "image/jpeg",
      gif: "image/gif",
      svg: "image/svg+xml",
      ico: "image/x-icon",
      webp: "image/webp",
      avif: "image/avif",
      woff: "font/woff",
      woff2: "font/woff2",
      ttf: "font/ttf",
      otf: "font/otf",
      eot: "application/vnd.ms-fontobject",
      mp3: "audio/mpeg",
      wav: "audio/wav",
      ogg: "audio/ogg",
      mp4: "video/mp4",
      webm: "video/webm",
      zip: "application/zip",
      gz: "application/gzip",
      tar: "application/x-tar"
    };
    var inferContentType2 = (path) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const dot = name.lastIndexOf(".");
      return dot < 0 ? void 0 : TYPES[name.slice(dot + 1).toLowerCase()];
    };
    var isTextContentType2 = (type) => type.startsWith("text/") || /json|xml|javascript|svg/.test(type);
    module2.exports = { inferContentType: inferContentType2, isTextContentType: isTextContentType2 };
  }
});

// src/bundler/redirects.js
var require_redirects = __commonJS({
  "src/bundler/redirects.js"(exports2, module2) {
    "use strict";
    var TOKEN = /(\*|:[A-Za-z]\w*)/;
    var endOfPlaceholder = (path, start, next, isLast) => {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      const text = next.split("/", 1)[0];
      if (text === "") return end;
      if (isLast || text !== next) return end - text.length;
      return path.lastIndexOf(text, end - text.length);
    };
    var match = (pattern, path) => {
      const tokens = pattern.split(TOKEN);
      const found = { __proto__: null };
      let at = 0;
      for (let index = 0; index < tokens.length; index += 2) {
        const text = tokens[index];
        if (!path.startsWith(text, at)) return void 0;
        at += text.length;
        const placeholder = tokens[index + 1];
        if (placeholder === void 0) break;
        const next = tokens[index + 2];
        const isLast = index + 3 === tokens.length;
        let end;
        if (placeholder === "*") {
          if (!isLast) return void 0;
          end = path.length - next.length;
          if (end < at) return void 0;
        } else {
          end = endOfPlaceholder(path, at, next, isLast);
          if (end <= at) return void 0;
        }
        found[placeholder === "*" ? "splat" : placeholder.slice(1)] = path.slice(at, end);
        at = end;
      }
      return at === path.length ? found : void 0;
    };
    var matchesGlob = (pattern, path) => {
      const [first, ...rest] = pattern.split("*");
      if (rest.length === 0) return first === path;
      const last = rest.pop();
      if (path.length < first.length + last.length || !path.startsWith(first) || !path.endsWith(last)) return false;
      const end = path.length - last.length;
      let at = first.length;
      for (const text of rest) {
        at = path.indexOf(text, at);
        if (at < 0) return false;
        at += text.length;
      }
      return at <= end;
    };
    var ruleFor = ({ host, pathname }, { static: fixed = {}, dynamic = {} } = {}) => {
      for (const [from, rule] of Object.entries(fixed)) {
        if (from === pathname || from === `https://${host}${pathname}`) return rule;
      }
      for (const [pattern, rule] of Object.entries(dynamic)) {
        const found = match(pattern, pathname);
        if (!found) continue;
        const to = rule.to.replace(/\*|:([A-Za-z]\w*)/g, (text, name = "splat") => found[name] ?? text);
        return { status: rule.status, to: to.trim() };
      }
      return void 0;
    };
    var redirect = (url, redirects) => {
      const rule = ruleFor(url, redirects);
      if (!rule) return url.pathname;
      const target = new URL(rule.to.replace(/^[/\\]+/, "/"), url);
      if (rule.status === 200) return target.pathname;
      const isHere = target.origin === url.origin;
      const Location = isHere ? `${target.pathname}${target.search || url.search}${target.hash}` : target.href;
      return new Response(null, { status: rule.status, headers: { Location } });
    };
    var withHeaders = (response, pathname, rules = {}) => {
      const set = /* @__PURE__ */ new Set();
      for (const [pattern, rule] of Object.entries(rules)) {
        if (!matchesGlob(pattern, pathname)) continue;
        for (const name of rule.unset ?? []) response.headers.delete(name);
        for (const [name, value] of Object.entries(rule.set ?? {})) {
          const key = name.toLowerCase();
          if (set.has(key)) response.headers.append(name, value);
          else response.headers.set(name, value);
          set.add(key);
        }
      }
      return response;
    };
    module2.exports = { redirect, withHeaders };
  }
});

// src/bundler/assets.js
var require_assets = __commonJS({
  "src/bundler/assets.js"(exports2, module2) {
    "use strict";
    var { inferContentType: inferContentType2 } = require_mime();
    var { redirect, withHeaders } = require_redirects();
    var createMemoryStorage2 = (assets) => {
      const contents = new Map(Object.entries(assets));
      return { get: async (pathname) => contents.get(pathname) ?? null };
    };
    var bytesOf = (content) => {
      if (typeof content === "string") return new TextEncoder().encode(content);
      return ArrayBuffer.isView(content) ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength) : new Uint8Array(content);
    };
    var etagOf = (content) => {
      const hash = native.hash("sha256");
      hash.update(bytesOf(content));
      const digest = [...new Uint8Array(hash.finish(), 0, 8)];
      return digest.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    };
    var buildAssetManifest2 = async (assets) => new Map(
      Object.entries(assets).map(([path, content]) => [path, { contentType: inferContentType2(path), etag: etagOf(content) }])
    );
    var buildAssets2 = async (assets) => ({
      manifest: await buildAssetManifest2(assets),
      storage: createMemoryStorage2(assets)
    });
    var decode = (segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    };
    var decodePath = (path) => path.split("/").map(decode).join("/").replace(/\/+/g, "/");
    var encodePath = (path) => path.split("/").map((segment) => encodeURIComponent(segment.toWellFormed())).join("/");
    var baseOf = (path) => path.replace(/(?:\/index\.html|\/index|\.html|\/)$/, "");
    var isForced = (mode) => mode === "force-trailing-slash";
    var isDropped = (mode) => mode === "drop-trailing-slash";
    var find = (path, manifest, mode) => {
      const exact = manifest.has(path) ? { file: path } : void 0;
      if (mode === "none" || exact && !path.endsWith(".html")) return exact;
      for (const base of /* @__PURE__ */ new Set([baseOf(path), path])) {
        const [page, index] = [`${base}.html`, `${base}/index.html`];
        const urls = /* @__PURE__ */ new Map([[index, isDropped(mode) && base !== "" ? base : `${base}/`]]);
        if (base !== "") urls.set(page, isForced(mode) ? `${base}/` : base);
        const files = (isDropped(mode) ? [page, index] : [index, page]).filter((file2) => urls.has(file2) && manifest.has(file2));
        const servedAt = (url) => files.find((file2) => urls.get(file2) === url);
        const file = servedAt(path);
        if (file) return { file };
        for (const file2 of files.toSorted((a, b) => (b === path) - (a === path))) {
          const to = urls.get(file2);
          if (!manifest.has(to) && servedAt(to) === file2) return { to };
          if (file2 === path) return exact;
        }
      }
      return exact;
    };
    var NOT_FOUND = "/404.html";
    var findInstead = (path, manifest, mode, acceptsHtml) => {
      if (mode === "single-page-application") {
        return acceptsHtml && manifest.has("/index.html") ? { file: "/index.html" } : void 0;
      }
      if (mode !== "404-page") return void 0;
      let nearest;
      for (const file of manifest.keys()) {
        const isAbove = file.endsWith(NOT_FOUND) && path.startsWith(file.slice(0, 1 - NOT_FOUND.length));
        if (isAbove && !(nearest?.length > file.length)) nearest = file;
      }
      return nearest && { file: nearest, status: 404 };
    };
    var cacheControl = (path) => (
      // A name with a hash, such as `app.0a1b2c3d.js`, never has another content.
      /\.[a-f0-9]{8,}\.\w+$/.test(path) ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate"
    );
    var serve = async ({ file, status = 200 }, path, request, manifest, storage) => {
      const { contentType, etag } = manifest.get(file);
      const tag = `"${etag}"`;
      const headers = new Headers({ ETag: tag, "Cache-Control": cacheControl(path) });
      if (contentType) headers.set("Content-Type", contentType);
      const known = (request.headers.get("If-None-Match") ?? "").split(",").map((it) => it.trim());
      if (known.includes(tag) || known.includes(`W/${tag}`)) return new Response(null, { status: 304, headers });
      if (request.method === "HEAD") return new Response(null, { status, headers });
      const body = await storage.get(file);
      return body === null || body === void 0 ? null : new Response(body, { status, headers });
    };
    var respond = async (request, url, manifest, storage, config) => {
      const pathname = redirect(url, config.redirects);
      if (typeof pathname !== "string") return pathname;
      const path = decodePath(pathname);
      const acceptsHtml = (request.headers.get("Accept") ?? "").includes("text/html");
      const found = find(path, manifest, config.html_handling ?? "auto-trailing-slash") ?? findInstead(path, manifest, config.not_found_handling, acceptsHtml);
      if (!found) return null;
      const to = encodePath(found.to ?? path);
      if (found.to === void 0 && (to === pathname || encodeURI(path.toWellFormed()) === pathname)) {
        return serve(found, path, request, manifest, storage);
      }
      return new Response(null, { status: 307, headers: { Location: to + url.search } });
    };
    var handleAssetRequest2 = async (request, manifest, storage, config = {}) => {
      if (request.method !== "GET" && request.method !== "HEAD") return null;
      const url = new URL(request.url);
      const response = await respond(request, url, manifest, storage, config);
      return response && withHeaders(response, url.pathname, config.headers);
    };
    module2.exports = { buildAssetManifest: buildAssetManifest2, buildAssets: buildAssets2, createMemoryStorage: createMemoryStorage2, handleAssetRequest: handleAssetRequest2 };
  }
});

// src/bundler/client.js
var require_client = __commonJS({
  "src/bundler/client.js"(exports2, module2) {
    "use strict";
    var RUNTIME = "/commonjs-runtime.js";
    var EXPORT = "xport";
    var SHOWN = new RegExp(`${EXPORT}(?:${[
      /s(?:\.([A-Za-z_$][\w$]*)|\[["']([^"'\\]+)["']\])\s*=/,
      /s\s*,\s*["']([^"'\\]+)["']/,
      /(?:s\s*=|\(\s*\w+\s*,)\s*\{([^{}]*)/,
      /(?:s\s*=\s*|(?:_?[Ss]tar)?\([^()]*)require\(\s*["']([^"'\\]+)["']/,
      /s(?:\[|\s*,\s*)(key)\b/
    ].map(({ source }) => source).join("|")})`, "y");
    var REQUIRE = /\brequire\(\s*["']([^"'\\]+)["']\s*\)/g;
    var ITEM = /(?:^|,)\s*(?:([A-Za-z_$][\w$]*)|["']([^"'\\]+)["'])\s*(?=[:,(]|$)/g;
    var resolve = (from, specifier) => {
      const { dirname, join } = require("node:path/posix");
      return join(dirname(from), specifier);
    };
    var shownBy = (text) => {
      const names = /* @__PURE__ */ new Set();
      const from = /* @__PURE__ */ new Set();
      let isLoop = false;
      for (let at = -1; (at = text.indexOf(EXPORT, at + 1)) >= 0; ) {
        SHOWN.lastIndex = at;
        const [, bare, quoted, defined, items = "", specifier, key] = SHOWN.exec(text) ?? [];
        const name = bare ?? quoted ?? defined;
        if (name !== void 0) names.add(name);
        for (const [, bare2, quoted2] of items.matchAll(ITEM)) names.add(bare2 ?? quoted2);
        if (specifier !== void 0) from.add(specifier);
        isLoop ||= key !== void 0;
      }
      if (isLoop) for (const [, specifier] of text.matchAll(REQUIRE)) from.add(specifier);
      return { names, from };
    };
    var namesOf = (main, shown) => {
      const seen = /* @__PURE__ */ new Set([main]);
      const names = /* @__PURE__ */ new Set();
      for (const name of seen) {
        for (const found of shown.get(name)?.names ?? []) names.add(found);
        for (const specifier of shown.get(name)?.from ?? []) seen.add(resolve(name, specifier));
      }
      names.delete("default");
      return [...names].filter((name) => name.isWellFormed());
    };
    var facadeOf = (name, names) => {
      const up = "../".repeat(name.split("/").length - 1) || "./";
      return `import { load } from ${JSON.stringify(up + RUNTIME.slice(1))};
const exports = load(${JSON.stringify(name)});
const {${names.map((it, at) => ` ${JSON.stringify(it)}: _${at},`).join("")} } = Object(exports);
export {${names.map((it, at) => ` _${at} as ${JSON.stringify(it)},`).join("")} };
export default exports;
`;
    };
    var base64Of = (content) => require("node:buffer").Buffer.from(content).toString("base64");
    var valueOf = (kind, content) => {
      if (kind === "json") return `JSON.parse(${JSON.stringify(content)})`;
      if (kind === "text") return JSON.stringify(content);
      return `Uint8Array.from(atob("${base64Of(content)}"), (c) => c.charCodeAt(0))`;
    };
    var runtimeOf = (commonjs, values) => `const bodies = { __proto__: null,
${commonjs.map(([name, text]) => `${JSON.stringify(name)}(exports, require, module) {${text}
},
`).join("")}};
const values = { __proto__: null,
${values.map(([name, value]) => `get ${JSON.stringify(name)}() { return ${value}; },
`).join("")}};
const modules = { __proto__: null };
const join = (from, specifier) => {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) part === ".." ? parts.pop() : part === "." || parts.push(part);
  return parts.join("/");
};
export const load = (name) => {
  if (name in modules) return modules[name].exports;
  if (name in values) return (modules[name] = { exports: values[name] }).exports;
  const body = bodies[name];
  if (!body) throw new Error(\`Cannot require "\${name}": it is no CommonJS module of this program\`);
  const module = (modules[name] = { exports: {} });
  const require = (specifier) => {
    if (!specifier.startsWith(".")) throw new Error(\`Cannot require "\${specifier}": it is not part of this program\`);
    return load(join(name, specifier));
  };
  try {
    body.call(module.exports, module.exports, require, module);
  } catch (error) {
    delete modules[name];
    throw error;
  }
  return module.exports;
};
`;
    var pathOf = (entry) => `/${entry.replace(/^src\//, "").replace(/\.[jt]sx?$/, ".js")}`;
    var clientAssets = (clients) => {
      const modules = new Map(clients.flatMap((client) => client.modules.map(([name, ...rest]) => [name, rest])));
      const of = (is) => [...modules].filter(([, [kind]]) => is(kind));
      const commonjs = of((kind) => kind === "cjs").map(([name, [, text]]) => [name, text]);
      const values = of((kind) => kind !== "cjs" && kind !== "js").map(([name, [kind, content]]) => [name, valueOf(kind, content)]);
      const shown = new Map(commonjs.map(([name, text]) => [name, shownBy(text)]));
      const texts = new Map([
        ...of((kind) => kind === "js").map(([name, [, text]]) => [name, text]),
        ...commonjs.map(([name]) => [name, facadeOf(name, namesOf(name, shown))]),
        ...values.map(([name, value]) => [name, `export default ${value};
`])
      ]);
      const bare = (name) => name.replace(/^src\//, "");
      const names = [...texts.keys()];
      const isFlat = names.every((name) => /^(?:src|node_modules)\//.test(name)) && new Set(names.map(bare)).size === names.length && clients.every(({ main, path }) => `/${bare(main)}` === path);
      const assets = new Map([...texts].map(([name, text]) => [`/${isFlat ? bare(name) : name}`, text]));
      if (commonjs.length > 0) assets.set(RUNTIME, runtimeOf(commonjs, values));
      for (const { main, path } of clients) {
        if (!assets.has(path)) assets.set(path, `import ${JSON.stringify(`/${main}`)};
`);
      }
      return assets;
    };
    module2.exports = { clientAssets, pathOf };
  }
});

// src/bundler/entry.js
var require_entry = __commonJS({
  "src/bundler/entry.js"(exports2, module2) {
    "use strict";
    var DEFAULTS = [
      "src/index.ts",
      "src/index.js",
      "src/index.mts",
      "src/index.mjs",
      "index.ts",
      "index.js",
      "index.py",
      "src/worker.ts",
      "src/worker.js"
    ];
    var MAX_LISTED = 10;
    var relative = (path) => path.startsWith("./") ? path.slice(2) : path;
    var declared = (files) => {
      let manifest;
      try {
        manifest = JSON.parse(files.read("package.json"));
      } catch {
        return void 0;
      }
      const main = manifest?.exports?.["."];
      const candidates = [
        manifest?.exports,
        main,
        main?.import ?? main?.default ?? main?.module,
        manifest?.module,
        manifest?.main
      ];
      return candidates.find((path) => typeof path === "string" && path !== "");
    };
    var detect = (files, config) => {
      const path = config?.main || declared(files);
      return path ? relative(path) : DEFAULTS.find((name) => files.read(name) !== null);
    };
    var listed = (files) => {
      const paths = files.list().filter((path) => !path.startsWith("node_modules/")).sort();
      if (paths.length === 0) return "(none: `files` is empty, or holds installed packages alone)";
      const more = paths.length > MAX_LISTED ? `, … (+${paths.length - MAX_LISTED} more)` : "";
      return paths.slice(0, MAX_LISTED).join(", ") + more;
    };
    var existing = (files, path, kind) => {
      if (files.read(path) === null) {
        throw new Error(`${kind} "${path}" was not found in \`files\`. Available files: ${listed(files)}.`);
      }
      if (path.endsWith(".py")) {
        throw new Error(`${kind} "${path}" is Python, which isolet does not run. Use JavaScript or TypeScript.`);
      }
      return path;
    };
    var entryOf = (files, config, given, { caller, option, kind }) => {
      const path = given === void 0 ? detect(files, config) : relative(given);
      if (!path) {
        throw new Error(
          `Could not determine ${kind.toLowerCase()} for ${caller}. Tried (in order): the \`${option}\` option, \`main\` in wrangler config, \`exports\`/\`module\`/\`main\` in package.json, and the defaults ${DEFAULTS.join(", ")}. Pass \`${option}\` explicitly or add one of those files.`
        );
      }
      return existing(files, path, kind);
    };
    module2.exports = { entryOf, existing, relative };
  }
});

// src/bundler/files.js
var require_files = __commonJS({
  "src/bundler/files.js"(exports2, module2) {
    "use strict";
    var InMemoryFileSystem2 = class {
      #files;
      /** A map is used as it is, and an object is copied. */
      constructor(files = /* @__PURE__ */ new Map()) {
        this.#files = files instanceof Map ? files : new Map(Object.entries(files));
      }
      read(path) {
        return this.#files.get(path) ?? null;
      }
      write(path, content) {
        this.#files.set(path, content);
      }
      delete(path) {
        this.#files.delete(path);
      }
      list(prefix = "") {
        return [...this.#files.keys()].filter((path) => path.startsWith(prefix));
      }
      async flush() {
      }
    };
    var absent = (name) => ({
      [name]: class {
        constructor() {
          throw new Error(`${name} is not available: isolet has no storage of Durable Objects. Use InMemoryFileSystem.`);
        }
      }
    })[name];
    var createFileSystemSnapshot2 = async (entries) => {
      const files = new InMemoryFileSystem2();
      for await (const [path, content] of entries) files.write(path, content);
      return files;
    };
    var isFileSystem = (files) => typeof files?.read === "function" && typeof files.list === "function";
    var fileSystemOf = (files, caller) => {
      if (isFileSystem(files)) return files;
      if (typeof files !== "object" || files === null || Array.isArray(files)) {
        throw new TypeError(`${caller}(): \`files\` must be an object of paths and texts, or a FileSystem.`);
      }
      return new InMemoryFileSystem2(files);
    };
    var textsOf = (files) => {
      const texts = [];
      for (const path of files.list()) {
        const text = files.read(path);
        if (text === null) continue;
        if (typeof text !== "string") throw new TypeError(`The file "${path}" must be a string: the bundler takes text alone.`);
        texts.push([path, text]);
      }
      return texts;
    };
    module2.exports = {
      InMemoryFileSystem: InMemoryFileSystem2,
      DurableObjectKVFileSystem: absent("DurableObjectKVFileSystem"),
      DurableObjectRawFileSystem: absent("DurableObjectRawFileSystem"),
      createFileSystemSnapshot: createFileSystemSnapshot2,
      fileSystemOf,
      isFileSystem,
      textsOf
    };
  }
});

// src/bundler/install.js
var require_install = __commonJS({
  "src/bundler/install.js"(exports2, module2) {
    "use strict";
    var { isFileSystem } = require_files();
    var NODE_MODULES = "node_modules/";
    var manifestOf = (files) => {
      const value = JSON.parse(files.read("package.json"));
      if (typeof value !== "object" || value === null) throw new TypeError("not an object");
      return value;
    };
    var hasDependencies2 = (files) => {
      try {
        return Object.keys(manifestOf(files).dependencies ?? {}).length > 0;
      } catch {
        return false;
      }
    };
    var packageOf = (path) => {
      const [first, second] = path.slice(NODE_MODULES.length).split("/", 2);
      return first.startsWith("@") ? `${first}/${second}` : first;
    };
    var install = async (request, names) => {
      try {
        return await native.install(request);
      } catch (error) {
        throw new Error(`Cannot install ${names.join(", ")}: ${error.message}`, { cause: error });
      }
    };
    var installDependencies2 = async (files, { dev = false, registry } = {}) => {
      if (!isFileSystem(files) || typeof files.write !== "function") {
        throw new TypeError("installDependencies(): the first argument must be a FileSystem.");
      }
      const result = { installed: [], warnings: [] };
      const isPython = files.read("pyproject.toml") !== null;
      if (files.read("package.json") === null) {
        if (isPython) throw new Error("pyproject.toml: isolet installs no Python packages.");
        return result;
      }
      if (isPython) return { ...result, warnings: ["Cannot have package.json and pyproject.toml"] };
      let manifest;
      try {
        manifest = manifestOf(files);
      } catch {
        return { ...result, warnings: ["Failed to parse package.json"] };
      }
      const isPresent = (name) => files.read(`${NODE_MODULES}${name}/package.json`) !== null;
      const missing = (wanted2) => Object.fromEntries(Object.entries(wanted2 ?? {}).filter(([name]) => !isPresent(name)));
      const { dependencies, devDependencies, ...rest } = manifest;
      const wanted = missing({ ...dependencies, ...dev ? devDependencies : {} });
      if (Object.keys(wanted).length === 0) return result;
      for (const kind of ["optionalDependencies", "peerDependencies"]) {
        if (rest[kind]) rest[kind] = missing(rest[kind]);
      }
      const request = {
        manifest: JSON.stringify({ ...rest, dependencies: wanted }),
        lock: files.read("isolet-lock.json") ?? files.read("package-lock.json") ?? void 0,
        registry
      };
      const { files: added, warnings, installed } = await install(request, Object.keys(wanted));
      const kept = /* @__PURE__ */ new Map();
      for (const [path] of added) {
        const name = packageOf(path);
        if (!kept.has(name)) kept.set(name, isPresent(name));
      }
      for (const [path, text] of added) {
        if (!kept.get(packageOf(path))) files.write(path, text);
      }
      return { installed, warnings };
    };
    module2.exports = { hasDependencies: hasDependencies2, installDependencies: installDependencies2 };
  }
});

// src/bundler/options.js
var require_options = __commonJS({
  "src/bundler/options.js"(exports2, module2) {
    "use strict";
    var PLUGINS = "__dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired";
    var isString = (value) => typeof value === "string";
    var isBoolean = (value) => typeof value === "boolean";
    var isList = (value) => Array.isArray(value) && value.every(isString);
    var isRecord = (of) => (value) => typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(of);
    var isOneOf = (values) => (value) => values.includes(value);
    var isContent = (value) => isString(value) || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
    var LOADERS = ["js", "jsx", "ts", "tsx", "json", "css", "text", "binary", "base64", "dataurl"];
    var MODES = ["transform", "preserve", "automatic"];
    var string = [isString, "a string"];
    var boolean = [isBoolean, "a boolean"];
    var list = [isList, "an array of strings"];
    var texts = [isRecord(isString), "an object of strings"];
    var KINDS = {
      entryPoint: string,
      server: string,
      target: string,
      registry: string,
      jsxImportSource: string,
      bundle: boolean,
      minify: boolean,
      sourcemap: boolean,
      externals: list,
      conditions: list,
      define: texts,
      virtualModules: texts,
      client: [(value) => isString(value) || isList(value), "a string or an array of strings"],
      jsx: [isOneOf(MODES), `one of: ${MODES.join(", ")}`],
      loader: [isRecord(isOneOf(LOADERS)), `an object whose values are among: ${LOADERS.join(", ")}`],
      assets: [isRecord(isContent), "an object of strings and ArrayBuffers"],
      assetConfig: [isRecord(() => true), "an object"]
    };
    var BUNDLER_ONLY = ["jsx", "jsxImportSource", "define", "loader", "conditions", "virtualModules", PLUGINS];
    var checkOptions = (options, caller) => {
      if (typeof options !== "object" || options === null) throw new TypeError(`${caller}(): the options must be an object.`);
      for (const [name, [is, kind]] of Object.entries(KINDS)) {
        if (options[name] !== void 0 && !is(options[name])) throw new TypeError(`${caller}(): \`${name}\` must be ${kind}.`);
      }
      const plugins = options[PLUGINS];
      if (plugins !== void 0 && !Array.isArray(plugins)) throw new TypeError(`${caller}(): \`${PLUGINS}\` must be an array.`);
      if (options.bundle !== false && plugins?.length > 0) {
        const instead = "Use `virtualModules`, `loader` or `define`.";
        throw new Error(`${caller}(): \`${PLUGINS}\` is not supported: isolet does not run esbuild. ${instead}`);
      }
    };
    var ignoredOptions = (options) => {
      const names = BUNDLER_ONLY.filter((name) => options[name] !== void 0);
      if (names.length === 0) return [];
      const are = names.length === 1 ? "is" : "are";
      return [`${names.join(", ")} ${are} ignored when \`bundle: false\`. Set \`bundle: true\` (the default) to apply them.`];
    };
    module2.exports = { checkOptions, ignoredOptions };
  }
});

// src/bundler/jsonc.js
var require_jsonc = __commonJS({
  "src/bundler/jsonc.js"(exports2, module2) {
    "use strict";
    var MAX_LENGTH = 1 << 20;
    var endOfString = (text, start) => {
      const special = /["\\]/g;
      special.lastIndex = start + 1;
      for (let found; found = special.exec(text); special.lastIndex = found.index + 2) {
        if (found[0] === '"') return found.index + 1;
      }
      return text.length;
    };
    var endOfComment = (text, start) => {
      const end = { "/": "\n", "*": "*/" }[text[start + 1]];
      if (!end) return start;
      const at = text.indexOf(end, start + 2);
      return at < 0 ? text.length : at + end.length;
    };
    var withoutComments = (text) => {
      const special = /["\/,\]}]/g;
      const parts = [];
      let comma = -1;
      let at = 0;
      for (let found; found = special.exec(text); special.lastIndex = at) {
        const between = text.slice(at, found.index);
        parts.push(between);
        if (between.trim() !== "") comma = -1;
        const start = found.index;
        at = start + 1;
        if (found[0] === '"') {
          at = endOfString(text, start);
          comma = -1;
        } else if (found[0] === "/") {
          at = endOfComment(text, start);
          if (at > start) {
            parts.push(" ");
            continue;
          }
          at = start + 1;
        } else if (found[0] === ",") {
          comma = parts.length;
        } else if (comma >= 0) {
          parts[comma] = "";
          comma = -1;
        }
        parts.push(text.slice(start, at));
      }
      parts.push(text.slice(at));
      return parts.join("");
    };
    var parse = (text) => {
      if (text.length > MAX_LENGTH) throw new RangeError(`longer than ${MAX_LENGTH} characters`);
      return JSON.parse(withoutComments(text.startsWith("\uFEFF") ? text.slice(1) : text));
    };
    module2.exports = { MAX_LENGTH, parse };
  }
});

// src/bundler/tsconfig.js
var require_tsconfig = __commonJS({
  "src/bundler/tsconfig.js"(exports2, module2) {
    "use strict";
    var jsonc = require_jsonc();
    var MAX_FILES = 32;
    var MODES = { react: "transform", "react-jsx": "automatic", "react-jsxdev": "automatic" };
    var extended = (files, from, specifier) => {
      const { dirname, join } = require("node:path/posix");
      const path = /^\.{0,2}\//.test(specifier) ? join(dirname(from), specifier) : join("node_modules", specifier);
      const found = [path, `${path}.json`, `${path}/tsconfig.json`].find((name) => files.read(name) !== null);
      if (found === void 0) throw new Error(`${from} extends "${specifier}", which is not in \`files\``);
      return found;
    };
    var optionsOf = (files, path, seen) => {
      if (seen.push(path) > MAX_FILES) throw new RangeError(`${path} is one of more than ${MAX_FILES} files that extend one another`);
      let read;
      try {
        read = jsonc.parse(files.read(path));
      } catch (error) {
        throw new SyntaxError(`${path}: ${error.message}`);
      }
      const options = {};
      for (const specifier of [read?.extends ?? []].flat()) {
        Object.assign(options, optionsOf(files, extended(files, path, String(specifier)), seen));
      }
      return Object.assign(options, read?.compilerOptions);
    };
    var jsxOf = (files, warnings) => {
      if (files.read("tsconfig.json") === null) return {};
      try {
        const { jsx, jsxImportSource } = optionsOf(files, "tsconfig.json", []);
        return {
          jsx: typeof jsx === "string" && Object.hasOwn(MODES, jsx) ? MODES[jsx] : void 0,
          jsxImportSource: typeof jsxImportSource === "string" ? jsxImportSource : void 0
        };
      } catch (error) {
        warnings.push(`The settings of JSX in tsconfig.json are ignored: ${error.message}`);
        return {};
      }
    };
    module2.exports = { jsxOf };
  }
});

// src/bundler/toml.js
var require_toml = __commonJS({
  "src/bundler/toml.js"(exports2, module2) {
    "use strict";
    var { MAX_LENGTH } = require_jsonc();
    var MAX_DEPTH = 64;
    var SPACE = /[ \t]*/y;
    var GAP = /(?:[ \t\r\n]+|#[^\n]*)*/y;
    var END_OF_LINE = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
    var BARE_KEY = /[\w-]+/y;
    var OTHER = /(?:true|false|[+-]?(?:inf|nan|\d[\w.+:-]*(?: \d\d:[\w.+:-]*)?))/y;
    var ESCAPE = /\\(?:([btnfre"\\])|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([ \t]*\r?\n[ \t\r\n]*)|)/g;
    var ESCAPED = { b: "\b", t: "	", n: "\n", f: "\f", r: "\r", e: "\x1B", '"': '"', "\\": "\\" };
    var Reader = class {
      #text;
      #at = 0;
      constructor(text) {
        if (text.length > MAX_LENGTH) throw new RangeError(`longer than ${MAX_LENGTH} characters`);
        this.#text = text;
      }
      #error() {
        return new SyntaxError(`no TOML at character ${this.#at}`);
      }
      #match(pattern) {
        pattern.lastIndex = this.#at;
        const found = pattern.exec(this.#text);
        if (!found) throw this.#error();
        this.#at = pattern.lastIndex;
        return found[0];
      }
      /** Skips a token. Returns false if another one follows. */
      #skip(token) {
        const is = this.#text.startsWith(token, this.#at);
        if (is) this.#at += token.length;
        return is;
      }
      #require(token) {
        if (!this.#skip(token)) throw this.#error();
      }
      /** Returns the index of the quotes that end a string. */
      #endOf(quotes) {
        const special = quotes[0] === '"' ? new RegExp(`\\\\|${quotes}`, "g") : new RegExp(quotes, "g");
        special.lastIndex = this.#at;
        let found;
        while ((found = special.exec(this.#text)) && found[0] === "\\") special.lastIndex = found.index + 2;
        if (!found) throw this.#error();
        let end = found.index;
        for (let more = 0; quotes.length === 3 && more < 2 && this.#text[end + 3] === quotes[0]; more++) end++;
        return end;
      }
      #string() {
        const quote = this.#text[this.#at];
        const isLong = this.#skip(quote.repeat(3));
        if (!isLong) this.#at++;
        const quotes = isLong ? quote.repeat(3) : quote;
        const end = this.#endOf(quotes);
        let raw = this.#text.slice(this.#at, end);
        if (!isLong && raw.includes("\n")) throw this.#error();
        this.#at = end + quotes.length;
        if (isLong) raw = raw.replace(/^\r?\n/, "");
        if (quote === "'") return raw;
        return raw.replace(ESCAPE, (_, letter, short, long, newline) => {
          if (letter) return ESCAPED[letter];
          if (short || long) return String.fromCodePoint(parseInt(short ?? long, 16));
          if (newline) return "";
          throw this.#error();
        });
      }
      #isString() {
        return this.#text[this.#at] === '"' || this.#text[this.#at] === "'";
      }
      /** Returns the key, or `undefined` if it has several parts. */
      #key() {
        let parts = 0;
        let name;
        do {
          this.#match(SPACE);
          name = this.#isString() ? this.#string() : this.#match(BARE_KEY);
          this.#match(SPACE);
          parts++;
        } while (this.#skip("."));
        this.#require("=");
        this.#match(SPACE);
        return parts === 1 ? name : void 0;
      }
      /** Reads what stands between commas up to `end`. */
      #items(end, item) {
        for (; ; ) {
          this.#match(GAP);
          if (this.#skip(end)) return;
          item();
          this.#match(GAP);
          if (!this.#skip(",")) return void this.#require(end);
        }
      }
      #value(depth = 0) {
        if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
        if (this.#isString()) return this.#string();
        if (this.#skip("[")) {
          const list = [];
          this.#items("]", () => list.push(this.#value(depth + 1)));
          return list;
        }
        if (this.#skip("{")) {
          return this.#items("}", () => {
            this.#key();
            this.#value(depth + 1);
          });
        }
        return void this.#match(OTHER);
      }
      document() {
        const values = /* @__PURE__ */ new Map();
        for (; ; ) {
          this.#match(GAP);
          if (this.#at === this.#text.length || this.#text[this.#at] === "[") return Object.fromEntries(values);
          const name = this.#key();
          const value = this.#value();
          this.#match(END_OF_LINE);
          if (values.has(name)) throw this.#error();
          if (name !== void 0) values.set(name, value);
        }
      }
    };
    var parse = (text) => new Reader(text).document();
    module2.exports = { parse };
  }
});

// src/bundler/wrangler.js
var require_wrangler = __commonJS({
  "src/bundler/wrangler.js"(exports2, module2) {
    "use strict";
    var jsonc = require_jsonc();
    var toml = require_toml();
    var FILES = [["wrangler.toml", toml.parse], ["wrangler.json", jsonc.parse], ["wrangler.jsonc", jsonc.parse]];
    var wranglerConfigOf = (files) => {
      const found = FILES.find(([name2]) => files.read(name2));
      if (!found) return void 0;
      const [name, parse] = found;
      let read;
      try {
        read = parse(files.read(name));
      } catch {
        read = {};
      }
      const main = read?.main;
      const date = read?.compatibility_date ?? read?.compatibilityDate;
      const flags = read?.compatibility_flags ?? read?.compatibilityFlags;
      const config = {};
      if (typeof main === "string") config.main = main;
      if (typeof date === "string") config.compatibilityDate = date;
      if (Array.isArray(flags) && flags.every((flag) => typeof flag === "string")) config.compatibilityFlags = flags;
      return config;
    };
    module2.exports = { wranglerConfigOf };
  }
});

// src/bundler/project.js
var require_project = __commonJS({
  "src/bundler/project.js"(exports2, module2) {
    "use strict";
    var { fileSystemOf, textsOf } = require_files();
    var { hasDependencies: hasDependencies2, installDependencies: installDependencies2 } = require_install();
    var { checkOptions } = require_options();
    var { jsxOf } = require_tsconfig();
    var { wranglerConfigOf } = require_wrangler();
    var EXTERNAL = ["cloudflare:", "isolet:"];
    var open = async (options, caller) => {
      checkOptions(options, caller);
      const files = fileSystemOf(options.files, caller);
      const config = wranglerConfigOf(files);
      const warnings = [];
      if (hasDependencies2(files)) {
        const installed = await installDependencies2(files, { registry: options.registry });
        warnings.push(...installed.warnings);
      }
      return { files, texts: textsOf(files), config, jsx: jsxOf(files, warnings), warnings };
    };
    var link = async ({ texts, config, jsx, warnings }, entry, options, isClient = false) => {
      const applied = isClient || options.bundle !== false ? options : { jsx: jsx.jsx ?? "automatic" };
      const { minify = false, sourcemap = false, loader = {}, virtualModules = {} } = applied;
      const define = { ...applied.define };
      if (isClient || !config?.compatibilityFlags?.includes("nodejs_compat")) {
        define["process.env.NODE_ENV"] ??= minify ? '"production"' : '"development"';
      }
      const linked = await native.link({
        files: texts,
        entry,
        externals: [...EXTERNAL, ...options.externals ?? []],
        conditions: applied.conditions ?? (isClient ? ["browser"] : void 0),
        define: Object.entries(define),
        minify,
        sourcemap,
        jsx: applied.jsx ?? jsx.jsx,
        jsxImportSource: applied.jsxImportSource ?? jsx.jsxImportSource,
        // Of two endings that fit, the longer one comes first.
        loader: Object.entries(loader).sort(([a], [b]) => b.length - a.length),
        virtual: Object.entries(virtualModules)
      });
      warnings.push(...linked.warnings);
      return linked;
    };
    module2.exports = { open, link };
  }
});

// src/bundler/worker.js
var require_worker = __commonJS({
  "src/bundler/worker.js"(exports2, module2) {
    "use strict";
    var { entryOf } = require_entry();
    var { ignoredOptions } = require_options();
    var { link, open } = require_project();
    var moduleOf = (name, kind, content) => {
      if (kind === "js" && name.endsWith(".js")) return content;
      return { [kind]: kind === "json" ? JSON.parse(content) : content };
    };
    var build = async (project, options, given, names) => {
      const entry = entryOf(project.files, project.config, given, names);
      const { main, modules } = await link(project, entry, options);
      if (options.bundle === false) project.warnings.push(...ignoredOptions(options));
      return {
        mainModule: main,
        // Also right for a module of the name `__proto__`.
        modules: Object.fromEntries(modules.map(([name, kind, content]) => [name, moduleOf(name, kind, content)])),
        ...project.config && { wranglerConfig: project.config },
        // Programs that share modules share warnings.
        ...project.warnings.length > 0 && { warnings: [...new Set(project.warnings)] }
      };
    };
    var createWorker2 = async (options) => {
      const names = { caller: "createWorker", option: "entryPoint", kind: "Entry point" };
      const project = await open(options, names.caller);
      return build(project, options, options.entryPoint, names);
    };
    module2.exports = { build, createWorker: createWorker2 };
  }
});

// src/bundler/app.js
var require_app = __commonJS({
  "src/bundler/app.js"(exports2, module2) {
    "use strict";
    var { buildAssetManifest: buildAssetManifest2 } = require_assets();
    var { clientAssets, pathOf } = require_client();
    var { existing, relative } = require_entry();
    var { link, open } = require_project();
    var { build } = require_worker();
    var JAVASCRIPT = "application/javascript; charset=utf-8";
    var createApp2 = async (options) => {
      const project = await open(options, "createApp");
      const clients = [];
      for (const given2 of [options.client ?? []].flat()) {
        const entry = existing(project.files, relative(given2), "Client entry point");
        clients.push({ path: pathOf(entry), ...await link(project, entry, options, true) });
      }
      const worker = await build(project, options, options.server, {
        caller: "createApp",
        option: "server",
        kind: "Server entry point"
      });
      const given = Object.entries(options.assets ?? {}).map(([path, content]) => [path.startsWith("/") ? path : `/${path}`, content]);
      const modules = clientAssets(clients);
      for (const [path] of given) {
        if (modules.has(path) && !clients.some((client) => client.path === path)) {
          throw new Error(`The asset "${path}" and a module of the client have the same path. Rename one of them.`);
        }
      }
      const assets = Object.fromEntries([...given, ...modules]);
      const assetManifest = await buildAssetManifest2(assets);
      for (const path of modules.keys()) assetManifest.get(path).contentType = JAVASCRIPT;
      return {
        ...worker,
        assets,
        assetManifest,
        assetConfig: options.assetConfig,
        clientBundles: clients.length > 0 ? clients.map(({ path }) => path) : void 0
      };
    };
    module2.exports = { createApp: createApp2 };
  }
});

// src/bundler/index.js
var { createApp } = require_app();
var { buildAssetManifest, buildAssets, createMemoryStorage, handleAssetRequest } = require_assets();
var {
  InMemoryFileSystem,
  DurableObjectKVFileSystem,
  DurableObjectRawFileSystem,
  createFileSystemSnapshot
} = require_files();
var { hasDependencies, installDependencies } = require_install();
var { inferContentType, isTextContentType } = require_mime();
var { createWorker } = require_worker();
module.exports = {
  createWorker,
  createApp,
  handleAssetRequest,
  buildAssetManifest,
  buildAssets,
  createMemoryStorage,
  inferContentType,
  isTextContentType,
  InMemoryFileSystem,
  DurableObjectKVFileSystem,
  DurableObjectRawFileSystem,
  createFileSystemSnapshot,
  hasDependencies,
  installDependencies
};
}
