// Programs with a part for browsers and static assets.
"use strict";

const { buildAssetManifest } = require("./assets.js");
const { clientAssets, pathOf } = require("./client.js");
const { existing, relative } = require("./entry.js");
const { link, open } = require("./project.js");
const { build } = require("./worker.js");

const JAVASCRIPT = "application/javascript; charset=utf-8";

const createApp = async (options) => {
  const project = await open(options, "createApp");
  const clients = [];
  for (const given of [options.client ?? []].flat()) {
    const entry = existing(project.files, relative(given), "Client entry point");
    clients.push({ path: pathOf(entry), ...(await link(project, entry, options, true)) });
  }
  const worker = await build(project, options, options.server, {
    caller: "createApp", option: "server", kind: "Server entry point",
  });

  const given = Object.entries(options.assets ?? {}).map(([path, content]) => [path.startsWith("/") ? path : `/${path}`, content]);
  const modules = clientAssets(clients);
  for (const [path] of given) {
    if (modules.has(path) && !clients.some((client) => client.path === path)) {
      throw new Error(`The asset "${path}" and a module of the client have the same path. Rename one of them.`);
    }
  }
  const assets = Object.fromEntries([...given, ...modules]);
  const assetManifest = await buildAssetManifest(assets);
  // Modules from JSON, text or bytes keep their names, and are JavaScript.
  for (const path of modules.keys()) assetManifest.get(path).contentType = JAVASCRIPT;
  return {
    ...worker,
    assets,
    assetManifest,
    assetConfig: options.assetConfig,
    clientBundles: clients.length > 0 ? clients.map(({ path }) => path) : undefined,
  };
};

module.exports = { createApp };
