(native, internals) => {
  const TOKEN = {};
  const { now } = internals;
  const Exception = DOMException;
  const clone = structuredClone;
  const bad = (text) => {
    throw new TypeError(text);
  };
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  const optionsOf = (options) =>
    options === undefined || options === null ? {}
    : isObject(options) ? options
    : bad("The options must be an object.");

  // A point in time that a program gives.
  const timeOf = (value, name) => {
    const time = +value;
    if (time - time !== 0) bad(`"${name}" must be a finite number.`);
    return time < 0 ? bad(`"${name}" must not be negative.`) : time;
  };

  class PerformanceEntry {
    #name;
    #type;
    #start;
    #duration;

    constructor(token, name, type, start, duration) {
      if (token !== TOKEN) bad("Illegal constructor");
      this.#name = name;
      this.#type = type;
      this.#start = start;
      this.#duration = duration;
    }

    static {
      internals.entryParts = (entry) => ({ name: entry.#name, type: entry.#type, start: entry.#start });
    }

    get name() {
      return this.#name;
    }

    get entryType() {
      return this.#type;
    }

    get startTime() {
      return this.#start;
    }

    get duration() {
      return this.#duration;
    }

    toJSON() {
      return { name: this.#name, entryType: this.#type, startTime: this.#start, duration: this.#duration };
    }

    [internals.inspected]() {
      return { name: this.#name, entryType: this.#type, startTime: this.#start, duration: this.#duration };
    }
  }
  internals.interface(PerformanceEntry);
  const { entryParts } = internals;

  class PerformanceMark extends PerformanceEntry {
    #detail;

    constructor(name, options = undefined) {
      if (arguments.length === 0) bad("PerformanceMark needs a name.");
      const text = `${name}`;
      const { detail = null, startTime } = optionsOf(options);
      super(TOKEN, text, "mark", startTime === undefined ? now() : timeOf(startTime, "startTime"), 0);
      this.#detail = detail === null ? null : clone(detail);
    }

    get detail() {
      return this.#detail;
    }
  }
  internals.interface(PerformanceMark);

  class PerformanceMeasure extends PerformanceEntry {
    #detail;

    constructor(token, name, start, end, detail) {
      super(token, name, "measure", start, end - start);
      this.#detail = detail;
    }

    get detail() {
      return this.#detail;
    }
  }
  internals.interface(PerformanceMeasure);

  // In the order of their start.
  let entries = [];

  const add = (entry) => {
    const { start } = entryParts(entry);
    let at = entries.length;
    for (; at > 0 && entryParts(entries[at - 1]).start > start; at--) entries[at] = entries[at - 1];
    entries[at] = entry;
    return entry;
  };

  const selected = (name, type) => {
    const found = [];
    for (let index = 0; index < entries.length; index++) {
      const parts = entryParts(entries[index]);
      if ((name === undefined || parts.name === name) && (type === undefined || parts.type === type)) {
        found[found.length] = entries[index];
      }
    }
    return found;
  };

  const clear = (name, type) => {
    const kept = [];
    for (let index = 0; index < entries.length; index++) {
      const parts = entryParts(entries[index]);
      if (parts.type !== type || (name !== undefined && parts.name !== name)) kept[kept.length] = entries[index];
    }
    entries = kept;
  };

  /** Returns a time, or that of the last mark of a name. */
  const pointOf = (mark, name) => {
    if (typeof mark === "number") return timeOf(mark, name);
    const text = `${mark}`;
    for (let index = entries.length - 1; index >= 0; index--) {
      const parts = entryParts(entries[index]);
      if (parts.type === "mark" && parts.name === text) return parts.start;
    }
    throw new Exception(`The mark '${text}' does not exist.`, "SyntaxError");
  };

  const measure = (name, startOrOptions, endMark) => {
    const isOptions = isObject(startOrOptions);
    const { detail = null, duration, end, start } = isOptions ? startOrOptions : {};
    const isGiven = start !== undefined || end !== undefined || duration !== undefined || detail !== null;
    if (isOptions && isGiven) {
      if (endMark !== undefined) bad("An end mark cannot be given together with options.");
      if (start === undefined && end === undefined) bad("Either the start or the end must be given.");
      if (start !== undefined && end !== undefined && duration !== undefined) {
        bad("The start, the end and the duration cannot all be given.");
      }
    }
    const length = duration === undefined ? undefined : timeOf(duration, "duration");
    const to = endMark !== undefined ? pointOf(`${endMark}`, "end")
      : end !== undefined ? pointOf(end, "end")
      : start !== undefined && length !== undefined ? pointOf(start, "start") + length
      : now();
    const from = start !== undefined ? pointOf(start, "start")
      : length !== undefined ? to - length
      : !isOptions && startOrOptions !== undefined ? pointOf(`${startOrOptions}`, "start")
      : 0;
    return add(new PerformanceMeasure(TOKEN, name, from, to, detail === null ? null : clone(detail)));
  };

  class Performance extends EventTarget {
    #brand = true;

    constructor(token = undefined) {
      if (token !== TOKEN) bad("Illegal constructor");
      super();
    }

    now() {
      this.#brand;
      return now();
    }

    get timeOrigin() {
      this.#brand;
      return native.timeOrigin();
    }

    mark(name, options = undefined) {
      this.#brand;
      if (arguments.length === 0) bad("mark() needs a name.");
      return add(new PerformanceMark(name, options));
    }

    measure(name, startOrOptions = undefined, endMark = undefined) {
      this.#brand;
      if (arguments.length === 0) bad("measure() needs a name.");
      return measure(`${name}`, startOrOptions ?? undefined, endMark);
    }

    clearMarks(name = undefined) {
      this.#brand;
      clear(name === undefined ? undefined : `${name}`, "mark");
    }

    clearMeasures(name = undefined) {
      this.#brand;
      clear(name === undefined ? undefined : `${name}`, "measure");
    }

    getEntries() {
      this.#brand;
      return selected(undefined, undefined);
    }

    getEntriesByName(name, type = undefined) {
      this.#brand;
      if (arguments.length === 0) bad("getEntriesByName() needs a name.");
      return selected(`${name}`, type === undefined ? undefined : `${type}`);
    }

    getEntriesByType(type) {
      this.#brand;
      if (arguments.length === 0) bad("getEntriesByType() needs a type.");
      return selected(undefined, `${type}`);
    }

    toJSON() {
      this.#brand;
      return { timeOrigin: native.timeOrigin() };
    }
  }

  internals.interface(Performance);
  internals.operation("performance", new Performance(TOKEN));
}
