// isolet:bundler, with the interface of @cloudflare/worker-bundler.
"use strict";

const { createApp } = require("./app.js");
const { buildAssetManifest, buildAssets, createMemoryStorage, handleAssetRequest } = require("./assets.js");
const {
  InMemoryFileSystem, DurableObjectKVFileSystem, DurableObjectRawFileSystem, createFileSystemSnapshot,
} = require("./files.js");
const { hasDependencies, installDependencies } = require("./install.js");
const { inferContentType, isTextContentType } = require("./mime.js");
const { createWorker } = require("./worker.js");

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
  installDependencies,
};
