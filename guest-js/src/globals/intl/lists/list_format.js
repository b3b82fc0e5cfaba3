(native, internals) => {
  const { localeDatum } = native;
  const { bad, canonicalizeLocaleList, expose, getOption, getOptionsObject, push, readMatcher, resolved,
    resolveLocale, set } = internals.intl;
  const { apply } = Reflect;
  const { charCodeAt, indexOf, slice, toLowerCase } = String.prototype;

  // The texts before, between and behind the places of a pattern.
  const pieces = (pattern) => {
    const first = apply(indexOf, pattern, ["{0}"]);
    const second = apply(indexOf, pattern, ["{1}"]);
    return [
      apply(slice, pattern, [0, first]),
      apply(slice, pattern, [first + 3, second]),
      apply(slice, pattern, [second + 3]),
    ];
  };

  const stringsOf = (iterable) => {
    const strings = [];
    if (iterable === undefined) return strings;
    for (const value of iterable) {
      if (typeof value !== "string") bad("A list must have strings only.");
      push(strings, value);
    }
    return strings;
  };

  const startsWith = (string, sounds) => {
    const lower = apply(toLowerCase, string, []);
    for (let index = 0; index < sounds.length; index++) {
      if (apply(indexOf, lower, [sounds[index]]) === 0) return true;
    }
    return false;
  };
  // Words that depend on the next one: Spanish "y" and "o" change before the same sound.
  const adjusted = (data, between, next) => {
    const language = apply(slice, `${data}-`, [0, 3]);
    // A Hebrew "and" is joined to a word in other letters by a hyphen.
    if (language === "he-" && between === " \u05d5") {
      const letter = apply(charCodeAt, next, [0]);
      return letter >= 0x5d0 && letter <= 0x5f2 ? between : `${between}-`;
    }
    if (language !== "es-") return between;
    if (between === " y " && startsWith(next, ["i", "hi"]) && !startsWith(next, ["hia", "hie", "hio", "ia", "ie", "io"])) {
      return " e ";
    }
    const isEleven = () => next === "11" || startsWith(next, ["11 "]);
    if (between === " o " && (startsWith(next, ["o", "ho", "8"]) || isEleven())) return " u ";
    return between;
  };

  /** Returns the types and values of the parts of a list, one after the other. */
  const listParts = (data, type, style, strings) => {
    const parts = [];
    const add = (kind, value) => {
      if (value === "") return;
      push(parts, kind);
      push(parts, value);
    };
    const pattern = (name) =>
      pieces(localeDatum("lists", data, `${type}.${style}.${name}`) ??
        localeDatum("lists", data, `${type}.long.${name}`) ?? "{0}, {1}");
    const { length } = strings;
    const element = (value) => {
      push(parts, "element");
      push(parts, value);
    };
    if (length === 0) return parts;
    if (length === 1) {
      element(strings[0]);
      return parts;
    }
    if (length === 2) {
      const { 0: before, 1: between, 2: after } = pattern("2");
      add("literal", before);
      element(strings[0]);
      add("literal", adjusted(data, between, strings[1]));
      element(strings[1]);
      add("literal", after);
      return parts;
    }
    const start = pattern("start");
    const middle = pattern("middle");
    const end = pattern("end");
    add("literal", start[0]);
    element(strings[0]);
    for (let index = 1; index < length; index++) {
      const last = index === length - 1;
      const between = last ? adjusted(data, end[1], strings[index]) : index === 1 ? start[1] : middle[1];
      add("literal", between);
      element(strings[index]);
    }
    add("literal", end[2]);
    return parts;
  };
  internals.intl.listParts = listParts;

  class ListFormat {
    #settings;

    constructor() {
      const requested = canonicalizeLocaleList(arguments[0]);
      const options = getOptionsObject(arguments[1]);
      readMatcher(options);
      const found = resolveLocale(requested, {}, [], undefined);
      const settings = { __proto__: null, locale: found.locale, data: found.data };
      settings.type = getOption(options, "type", ["conjunction", "disjunction", "unit"], "conjunction");
      settings.style = getOption(options, "style", ["long", "short", "narrow"], "long");
      this.#settings = settings;
    }

    #parts(list) {
      const { data, type, style } = this.#settings;
      return listParts(data, type, style, stringsOf(list));
    }

    format(list) {
      const parts = this.#parts(list);
      let joined = "";
      for (let index = 1; index < parts.length; index += 2) joined += parts[index];
      return joined;
    }

    formatToParts(list) {
      const flat = this.#parts(list);
      const parts = [];
      for (let index = 0; index < flat.length; index += 2) {
        const part = {};
        set(part, "type", flat[index]);
        set(part, "value", flat[index + 1]);
        push(parts, part);
      }
      return parts;
    }

    resolvedOptions() {
      return resolved(this.#settings, ["locale", "type", "style"]);
    }
  }

  expose(ListFormat);
}
