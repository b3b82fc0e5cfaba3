(native, internals) => {
  const { Blob, OWN_BLOB, streams } = internals;
  const { bad, dictionary } = streams;
  const { now } = Date;
  // Marks a file made by this script, whose parts are already valid.
  const MADE = {};

  const millisecondsOf = (value) => {
    const number = +value;
    // As Web IDL converts a number to `long long`.
    const whole = number - (number % 1);
    return whole !== whole ? 0 : whole + 0;
  };

  class File extends Blob {
    #name;
    #lastModified;

    constructor(parts, name, options = undefined, made = undefined) {
      if (made === MADE) {
        super(internals.sharedBytes(parts), internals.blobType(parts), OWN_BLOB);
        this.#name = name;
        this.#lastModified = options;
        return;
      }
      if (arguments.length < 2) bad("File needs a list of parts and a name.");
      if (parts === undefined) bad("The parts of a File must be a sequence.");
      // The options are read once, in the order of their names, after the parts and the name.
      let text;
      let modified;
      const given = dictionary(options, "The options");
      super(parts, {
        __proto__: null,
        get endings() {
          text = native.wellFormed(`${name}`);
          return given.endings;
        },
        get type() {
          const { type } = given;
          modified = given.lastModified;
          return type;
        },
      });
      this.#name = text;
      this.#lastModified = modified === undefined ? now() : millisecondsOf(modified);
    }

    static {
      internals.isFile = (value) =>
        value !== null && typeof value === "object" && #name in value;
      internals.fileName = (file) => file.#name;
      internals.lastModified = (file) => file.#lastModified;
    }

    get name() {
      return this.#name;
    }

    get lastModified() {
      return this.#lastModified;
    }

    [internals.inspected]() {
      const { size, type, name, lastModified } = this;
      return { size, type, name, lastModified };
    }
  }
  internals.interface(File);

  /** Creates a file with the bytes and the type of a blob. */
  internals.fileOf = (blob, name, lastModified = now()) => new File(blob, name, lastModified, MADE);
}
