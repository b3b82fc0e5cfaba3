(native, internals) => {
  const { isBlob, isFile, fileName, fileOf, lastModified, streams } = internals;
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const { iterator: ITERATOR } = Symbol;
  const { wellFormed } = native;
  const { bad } = streams;
  // A flag of `native.decode`.
  const IGNORE_BOM = 2;

  const required = (args, count) => {
    if (args.length < count) bad(`${count} argument${count > 1 ? "s" : ""} required.`);
  };

  /** Returns the value of an entry for the arguments of `append` and `set`. */
  const valueOf = (value, name, hasName) => {
    if (!isBlob(value)) return hasName ? bad("The value is not a Blob.") : wellFormed(`${value}`);
    if (hasName) return fileOf(value, wellFormed(`${name}`), isFile(value) ? lastModified(value) : undefined);
    return isFile(value) ? value : fileOf(value, "blob");
  };

  let listOf;

  class FormData {
    // Names and values in turn.
    #list = [];

    constructor(form = undefined) {
      if (form !== undefined) bad("FormData takes no form, because there is none.");
    }

    static {
      listOf = (form) => form.#list;
      internals.isFormData = (value) =>
        value !== null && typeof value === "object" && #list in value;
      internals.formData = (list) => {
        const form = new FormData();
        form.#list = list;
        return form;
      };
    }

    append(name, value, filename = undefined) {
      const list = this.#list;
      required(arguments, 2);
      const key = wellFormed(`${name}`);
      const item = valueOf(value, filename, filename !== undefined);
      const at = list.length;
      list[at] = key;
      list[at + 1] = item;
    }

    delete(name) {
      const list = this.#list;
      required(arguments, 1);
      const unwanted = wellFormed(`${name}`);
      let kept = 0;
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] !== unwanted) {
          list[kept] = list[index];
          list[kept + 1] = list[index + 1];
          kept += 2;
        }
      }
      list.length = kept;
    }

    get(name) {
      const list = this.#list;
      required(arguments, 1);
      const wanted = wellFormed(`${name}`);
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted) return list[index + 1];
      }
      return null;
    }

    getAll(name) {
      const list = this.#list;
      required(arguments, 1);
      const wanted = wellFormed(`${name}`);
      const values = [];
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted) values[values.length] = list[index + 1];
      }
      return values;
    }

    has(name) {
      const list = this.#list;
      required(arguments, 1);
      const wanted = wellFormed(`${name}`);
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted) return true;
      }
      return false;
    }

    set(name, value, filename = undefined) {
      const list = this.#list;
      required(arguments, 2);
      const wanted = wellFormed(`${name}`);
      const item = valueOf(value, filename, filename !== undefined);
      let found = false;
      let kept = 0;
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted && found) continue;
        list[kept] = list[index];
        list[kept + 1] = list[index] === wanted ? item : list[index + 1];
        found ||= list[index] === wanted;
        kept += 2;
      }
      list.length = kept;
      if (found) return;
      list[kept] = wanted;
      list[kept + 1] = item;
    }

    forEach(callback, thisArg = undefined) {
      this.#list;
      if (typeof callback !== "function") bad("The callback is not a function.");
      for (let index = 0; index < this.#list.length; index += 2) {
        apply(callback, thisArg, [this.#list[index + 1], this.#list[index], this]);
      }
    }

    keys() {
      this.#list;
      return iterate(this, "keys");
    }

    values() {
      this.#list;
      return iterate(this, "values");
    }

    entries() {
      this.#list;
      return iterate(this, "entries");
    }

    [internals.inspected]() {
      const shown = { __proto__: null };
      const list = this.#list;
      for (let index = 0; index < list.length; index += 2) {
        const values = (shown[list[index]] ??= []);
        values[values.length] = list[index + 1];
      }
      return shown;
    }
  }

  const iterate = internals.pairs("FormData", (form) => listOf(form));
  internals.interface(FormData);
  defineProperty(FormData.prototype, ITERATOR, {
    value: FormData.prototype.entries, writable: true, configurable: true,
  });

  // Browsers' boundaries are random, too.
  const boundaryOf = () => {
    let boundary = "----isoletFormBoundary";
    for (let count = 0; count < 3; count++) {
      const number = native.randomUnit() * 0x100000000 >>> 0;
      boundary += number < 0x10000000 ? (number | 0x10000000) >>> 0 : number;
    }
    return boundary;
  };

  /** Returns a form as `multipart/form-data`, with its type. */
  internals.formBody = (form) => {
    const list = listOf(form);
    const all = [];
    for (let index = 0; index < list.length; index += 2) {
      const value = list[index + 1];
      const isText = typeof value === "string";
      const at = all.length;
      const type = isText ? undefined : internals.blobType(value);
      all[at] = list[index];
      all[at + 1] = isText ? value : internals.sharedBytes(value);
      all[at + 2] = isText ? undefined : fileName(value);
      all[at + 3] = type === "" ? "application/octet-stream" : type;
    }
    const boundary = boundaryOf();
    return { data: native.writeMultipart(all, boundary), type: `multipart/form-data; boundary=${boundary}` };
  };

  const MALFORMED = "The body is not a form.";

  /** Reads a form out of the bytes of a body. */
  internals.formOfBody = (bytes, contentType) => {
    const about = native.formType(contentType);
    const kind = about[0];
    if (kind === "application/x-www-form-urlencoded") {
      return internals.formData(native.parseForm(native.decode("utf-8", IGNORE_BOM, bytes)));
    }
    if (kind !== "multipart/form-data") bad(`The type of the body is not that of a form: ${contentType}`);
    const all = native.readMultipart(bytes, about[1]) ?? bad(MALFORMED);
    const list = [];
    for (let index = 0; index < all.length; index += 4) {
      const file = all[index + 2];
      const at = list.length;
      list[at] = all[index];
      list[at + 1] = file === undefined || file === null
        ? native.decode("utf-8", 0, all[index + 1])
        : fileOf(internals.makeBlob(all[index + 1], native.blobType(all[index + 3] ?? "text/plain")), file);
    }
    return internals.formData(list);
  };
}
