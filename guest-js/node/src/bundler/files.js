// File systems that hold the sources of a program: paths relative to its root, and texts.
"use strict";

class InMemoryFileSystem {
  #files;

  /** A map is used as it is, and an object is copied. */
  constructor(files = new Map()) {
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
  async flush() {}
}

const absent = (name) => ({
  [name]: class {
    constructor() {
      throw new Error(`${name} is not available: isolet has no storage of Durable Objects. Use InMemoryFileSystem.`);
    }
  },
})[name];

const createFileSystemSnapshot = async (entries) => {
  const files = new InMemoryFileSystem();
  for await (const [path, content] of entries) files.write(path, content);
  return files;
};

const isFileSystem = (files) => typeof files?.read === "function" && typeof files.list === "function";

/** Returns the file system that `files` is, or one that holds its properties. */
const fileSystemOf = (files, caller) => {
  if (isFileSystem(files)) return files;
  if (typeof files !== "object" || files === null || Array.isArray(files)) {
    throw new TypeError(`${caller}(): \`files\` must be an object of paths and texts, or a FileSystem.`);
  }
  return new InMemoryFileSystem(files);
};

/** Returns all paths and texts. */
const textsOf = (files) => {
  const texts = [];
  for (const path of files.list()) {
    const text = files.read(path);
    // A file may be gone since the list was made.
    if (text === null) continue;
    if (typeof text !== "string") throw new TypeError(`The file "${path}" must be a string: the bundler takes text alone.`);
    texts.push([path, text]);
  }
  return texts;
};

module.exports = {
  InMemoryFileSystem,
  DurableObjectKVFileSystem: absent("DurableObjectKVFileSystem"),
  DurableObjectRawFileSystem: absent("DurableObjectRawFileSystem"),
  createFileSystemSnapshot,
  fileSystemOf,
  isFileSystem,
  textsOf,
};
