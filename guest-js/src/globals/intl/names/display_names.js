(native, internals) => {
  const { isTagPart, keywordValue, localeDatum } = native;
  const { bad, canonical, canonicalizeLocaleList, expose, getOption, getOptionsObject,
    outOfRange, push, readMatcher, resolveLocale, set } = internals.intl;
  const { create } = Object;
  const { apply } = Reflect;
  const { join, slice: sliceList } = Array.prototype;
  const { replace, slice, split, toLowerCase, toUpperCase } = String.prototype;
  const text = String;

  const TYPES = ["language", "region", "script", "currency", "calendar", "dateTimeField"];
  // Each field of a date with CLDR's name.
  const FIELDS = {
    __proto__: null,
    era: "era", year: "year", quarter: "quarter", month: "month", weekOfYear: "week",
    weekday: "weekday", day: "day", dayPeriod: "dayperiod", hour: "hour", minute: "minute",
    second: "second", timeZoneName: "zone",
  };

  const lower = (string) => apply(toLowerCase, string, []);
  const upper = (string) => apply(toUpperCase, string, []);
  const parts = (tag) => apply(split, tag, ["-"]);

  const isCurrency = (code) => {
    if (code.length !== 3) return false;
    for (let index = 0; index < 3; index++) if (!(lower(code[index]) >= "a" && lower(code[index]) <= "z")) return false;
    return true;
  };

  const isLanguage = (code) => {
    const subtags = parts(code);
    if (!isTagPart("language", subtags[0])) return false;
    for (let index = 1; index < subtags.length; index++) if (subtags[index].length < 2) return false;
    return true;
  };

  /** Returns the canonical form of a code. Errors if it is not well-formed. */
  const canonicalCode = (type, code) => {
    switch (type) {
      case "language": if (isLanguage(code)) return canonical(code); break;
      case "region": if (isTagPart("region", code)) return upper(code); break;
      case "script":
        if (isTagPart("script", code)) return upper(code[0]) + lower(apply(slice, code, [1]));
        break;
      case "calendar": if (isTagPart("type", code)) return keywordValue("ca", lower(code)); break;
      case "currency": if (isCurrency(code)) return upper(code); break;
      default: if (code in FIELDS) return code;
    }
    outOfRange(`"${code}" is not a code of the type "${type}".`);
  };

  /** Returns a name in the style, or in the long one if there is no other. */
  const named = (data, style, key) => {
    const name = localeDatum("names", data, key);
    if (style === "long") return name;
    return localeDatum("names", data, `${key}.${style}`) ??
      (style === "narrow" ? localeDatum("names", data, `${key}.short`) : undefined) ?? name;
  };

  const fill = (pattern, first, second) => {
    const whole = apply(replace, pattern, ["{1}", () => second]);
    return apply(replace, whole, ["{0}", () => first]);
  };

  const languageName = (data, style, display, code) => {
    const subtags = parts(code);
    // How many of the subtags have a name together.
    let taken = 0;
    let name;
    for (let count = display === "dialect" ? subtags.length : 1; count > 0 && name === undefined; count--) {
      name = named(data, style, `l.${apply(join, apply(sliceList, subtags, [0, count]), ["-"])}`);
      taken = count;
    }
    let rest = apply(sliceList, subtags, [taken]);
    // A language with a region, such as "Brazilian Portuguese", may leave the script to be said.
    if (display === "dialect" && taken === 1 && subtags.length > 2 && subtags[1].length === 4) {
      const dialect = named(data, style, `l.${subtags[0]}-${subtags[2]}`);
      if (dialect !== undefined) {
        name = dialect;
        rest = [subtags[1]];
        for (let index = 3; index < subtags.length; index++) push(rest, subtags[index]);
      }
    }
    if (name === undefined) return undefined;
    if (rest.length === 0) return name;
    const separator = localeDatum("names", data, "separator") ?? "{0}, {1}";
    let details;
    for (let index = 0; index < rest.length; index++) {
      const part = rest[index];
      const kind = isTagPart("script", part) ? "s" : isTagPart("region", part) ? "r" : "v";
      const detail = named(data, style, `${kind}.${kind === "v" ? upper(part) : part}`) ?? part;
      details = details === undefined ? detail : fill(separator, details, detail);
    }
    return fill(localeDatum("names", data, "pattern") ?? "{0} ({1})", name, details);
  };
  const currencyName = (data, style, code) => {
    const name = localeDatum("currencies", data, `${code}.name`);
    if (style === "long" || name === undefined) return name;
    const symbol = localeDatum("currencies", data, `${code}.symbol`) ?? code;
    return style === "short" ? symbol : localeDatum("currencies", data, `${code}.narrow`) ?? symbol;
  };

  const fieldName = (data, style, code) => {
    const key = `f.${FIELDS[code]}`;
    return style === "long" ? localeDatum("names", data, key)
      : localeDatum("names", data, `${key}-${style}`) ?? localeDatum("names", data, key);
  };

  // CLDR's names of calendars that the standard names differently.
  const CALENDARS = { __proto__: null, gregory: "gregorian", ethioaa: "ethiopic-amete-alem" };

  class DisplayNames {
    #locale;
    #data;
    #style;
    #type;
    #fallback;
    #display;

    constructor(locales, options) {
      const requested = canonicalizeLocaleList(locales);
      if (options === undefined) bad("DisplayNames needs options.");
      const given = getOptionsObject(options);
      readMatcher(given);
      const found = resolveLocale(requested, create(null), [], () => []);
      this.#locale = found.locale;
      this.#data = found.data;
      this.#style = getOption(given, "style", ["narrow", "short", "long"], "long");
      this.#type = getOption(given, "type", TYPES) ?? bad("DisplayNames needs a type.");
      this.#fallback = getOption(given, "fallback", ["code", "none"], "code");
      this.#display = getOption(given, "languageDisplay", ["dialect", "standard"], "dialect");
    }

    of(code) {
      const type = this.#type;
      if (typeof code === "symbol") bad("A symbol is no string.");
      const wanted = canonicalCode(type, text(code));
      const name = this.#named(type, wanted);
      return name === undefined && this.#fallback === "code" ? wanted : name;
    }

    #named(type, code) {
      const data = this.#data;
      const style = this.#style;
      switch (type) {
        case "language": return languageName(data, style, this.#display, code);
        case "region": return named(data, style, `r.${code}`);
        case "script": return named(data, style, `s.${code}`);
        case "currency": return currencyName(data, style, code);
        case "calendar": return named(data, style, `c.${CALENDARS[code] ?? code}`);
        default: return fieldName(data, style, code);
      }
    }

    resolvedOptions() {
      const type = this.#type;
      const answer = {};
      set(answer, "locale", this.#locale);
      set(answer, "style", this.#style);
      set(answer, "type", type);
      set(answer, "fallback", this.#fallback);
      if (type === "language") set(answer, "languageDisplay", this.#display);
      return answer;
    }
  }

  expose(DisplayNames);
}
