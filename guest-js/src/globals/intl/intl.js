(native, internals) => {
  const { canonicalTag, isTagPart, keywordValue, localeDatum, resolveTag, rootDatum } = native;
  const { create, defineProperty } = Object;
  const { apply, construct, ownKeys } = Reflect;
  const { split } = String.prototype;
  const Plain = Object;
  const text = String;
  const outOfRange = (message) => {
    throw new RangeError(message);
  };
  const bad = (message) => {
    throw new TypeError(message);
  };
  const isObject = (value) =>
    (typeof value === "object" && value !== null) || typeof value === "function";

  const DEFAULT = "en-US";

  const Intl = {};
  defineProperty(Intl, Symbol.toStringTag, { value: "Intl", configurable: true });
  internals.hidden("Intl", Intl);

  /** Adds an element to a list, whatever a program has done to the prototype of arrays. */
  const push = (list, value) => {
    defineProperty(list, list.length, {
      __proto__: null, value, writable: true, enumerable: true, configurable: true,
    });
  };

  /** Sets a property of an object that is the answer to a program. */
  const set = (object, key, value) => {
    defineProperty(object, key, {
      __proto__: null, value, writable: true, enumerable: true, configurable: true,
    });
  };

  const includes = (list, value) => {
    for (let index = 0; index < list.length; index++) if (list[index] === value) return true;
    return false;
  };

  /** Splits what a helper has joined. */
  const fields = (value) => apply(split, value, ["\0"]);

  const words = (value) => (value === undefined ? [] : apply(split, value, [" "]));

  // The locale of a `Locale` object, or undefined. The script of `Locale` defines it.
  const tagOf = (value) => internals.intl.tagOf(value);

  const canonicalizeLocaleList = (locales) => {
    if (locales === undefined) return [];
    const seen = [];
    if (typeof locales === "string" || tagOf(locales) !== undefined) {
      push(seen, tagOf(locales) ?? canonical(locales));
      return seen;
    }
    const list = locales === null ? bad("The locales must not be null.") : Plain(locales);
    const length = toLength(list.length);
    for (let index = 0; index < length; index++) {
      if (!(index in list)) continue;
      const value = list[index];
      if (typeof value !== "string" && !isObject(value)) bad("A locale must be a string or an object.");
      const tag = tagOf(value) ?? canonical(text(value));
      if (!includes(seen, tag)) push(seen, tag);
    }
    return seen;
  };

  const canonical = (tag) =>
    canonicalTag(tag) ?? outOfRange(`"${tag}" is not a well-formed language tag.`);

  const toLength = (value) => {
    const number = +value;
    if (!(number > 0)) return 0;
    return number > 9007199254740991 ? 9007199254740991 : number - (number % 1);
  };

  /**
   * Returns the locale to use, the name of its data and the value of each key.
   * `options` has a value or undefined for each key; `valuesOf(key, data)` lists the values that
   * a locale has for a key, the default first.
   */
  const resolveLocale = (requested, options, keys, valuesOf) => {
    let found;
    for (let index = 0; index < requested.length && found === undefined; index++) {
      found = resolveTag(requested[index]);
    }
    found ??= resolveTag(DEFAULT) ?? { __proto__: null, locale: DEFAULT, data: "und", keywords: create(null) };
    const result = { __proto__: null, locale: found.locale, data: found.data };
    let extension = "";
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index];
      const values = valuesOf(key, found.data, found.locale);
      let value = values[0];
      let keyword = "";
      const wanted = found.keywords[key];
      if (wanted !== undefined) {
        if (wanted !== "") {
          if (includes(values, wanted)) {
            value = wanted;
            keyword = `-${key}-${wanted}`;
          }
        } else if (includes(values, "true")) {
          value = "true";
          keyword = `-${key}`;
        }
      }
      let option = options[key];
      if (typeof option === "string") {
        option = keywordValue(key, option);
        if (option === "") option = "true";
      }
      if (option !== undefined && option !== value && includes(values, option)) {
        value = option;
        keyword = "";
      }
      extension += keyword;
      result[key] = value;
    }
    if (extension !== "") result.locale += `-u${extension}`;
    return result;
  };

  const getOptionsObject = (options) =>
    options === undefined ? create(null) : isObject(options) ? options : bad("The options must be an object.");

  const coerceOptions = (options) =>
    options === undefined ? create(null)
    : options === null ? bad("The options must not be null.")
    : Plain(options);

  /** Reads an option that is a string, one of `values` if they are given. */
  const getOption = (options, name, values, fallback) => {
    const value = options[name];
    if (value === undefined) return fallback;
    const string = text(typeof value === "symbol" ? bad("A symbol is no string.") : value);
    if (values !== undefined && !includes(values, string)) {
      outOfRange(`"${string}" is not a value of the option "${name}".`);
    }
    return string;
  };

  const getBooleanOption = (options, name, fallback) => {
    const value = options[name];
    return value === undefined ? fallback : !!value;
  };

  const defaultNumber = (value, low, high, fallback, name = "number") => {
    if (value === undefined) return fallback;
    const number = +value;
    if (!(number >= low && number <= high)) outOfRange(`The option "${name}" is out of range.`);
    return floor(number);
  };

  const { floor } = Math;

  const getNumberOption = (options, name, low, high, fallback) =>
    defaultNumber(options[name], low, high, fallback, name);

  /** Reads an option that is a value of a keyword of a Unicode extension. */
  const getTypeOption = (options, name) => {
    const value = getOption(options, name);
    if (value !== undefined && !isTagPart("type", value)) {
      outOfRange(`"${value}" is not a value of the option "${name}".`);
    }
    return value;
  };

  const MATCHERS = ["lookup", "best fit"];
  const readMatcher = (options) => getOption(options, "localeMatcher", MATCHERS, "best fit");

  const supportedLocales = (locales, options) => {
    const requested = canonicalizeLocaleList(locales);
    readMatcher(coerceOptions(options));
    const supported = [];
    for (let index = 0; index < requested.length; index++) {
      if (resolveTag(requested[index]) !== undefined) push(supported, requested[index]);
    }
    return supported;
  };

  const hide = (object, key, value) => {
    defineProperty(object, key, {
      __proto__: null, value, writable: true, enumerable: false, configurable: true,
    });
  };

  /**
   * Makes a class a constructor of `Intl`: a function that may be called without `new` if
   * `calls` is true. Returns the constructor.
   */
  const expose = (Class, calls = false, supports = true) => {
    const { name, prototype } = Class;
    let Constructor = Class;
    if (calls) {
      Constructor = function () {
        return construct(Class, arguments, new.target ?? Constructor);
      };
      defineProperty(Constructor, "name", { __proto__: null, value: name });
      defineProperty(Constructor, "prototype", { __proto__: null, value: prototype, writable: false });
      hide(prototype, "constructor", Constructor);
    }
    if (supports) {
      // A function for each constructor.
      hide(Constructor, "supportedLocalesOf", {
        supportedLocalesOf(locales) {
          return supportedLocales(locales, arguments[1]);
        },
      }.supportedLocalesOf);
    }
    defineProperty(prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
    hide(Intl, name, Constructor);
    return Constructor;
  };

  const functions = {
    getCanonicalLocales(locales) {
      return canonicalizeLocaleList(locales);
    },

    supportedValuesOf(key) {
      const name = text(typeof key === "symbol" ? bad("A symbol is no string.") : key);
      const keys = ["calendar", "collation", "currency", "numberingSystem", "timeZone", "unit"];
      if (!includes(keys, name)) outOfRange(`"${name}" is not a key of supported values.`);
      const all = words(rootDatum("supported", name));
      const list = [];
      for (let index = 0; index < all.length; index++) push(list, all[index]);
      return list;
    },
  };
  const names = ownKeys(functions);
  for (let index = 0; index < names.length; index++) hide(Intl, names[index], functions[names[index]]);

  // The numbering systems: that of a locale first, then all with digits.
  const systems = create(null);
  const numberingSystems = (data) => {
    const own = localeDatum("numbers", data, "nu") ?? "latn";
    return (systems[own] ??= words(`${own} ${rootDatum("supported", "numberingSystem") ?? "latn"}`));
  };

  internals.intl = {
    __proto__: null,
    push, set, hide, includes, words, fields, isObject, outOfRange, bad, canonical, canonicalizeLocaleList,
    resolveLocale, getOptionsObject, coerceOptions, getOption, getBooleanOption, defaultNumber,
    getNumberOption, getTypeOption, readMatcher, expose, numberingSystems,
    tagOf: () => undefined,
  };
}
