(native, internals) => {
  const { isTagPart, localeDatum, resizedTag, resolveTag, rootDatum, tagParts, withTagParts } = native;
  const { bad, canonical, coerceOptions, expose, getBooleanOption, getOption, getTypeOption, includes,
    isObject, outOfRange, push, set, words } = internals.intl;
  const { apply } = Reflect;
  const { charCodeAt, slice, toUpperCase } = String.prototype;
  const text = String;

  const readPart = (options, name, parts) => {
    const value = getOption(options, name);
    if (value === undefined) return;
    if (!isTagPart(name, value)) outOfRange(`"${value}" is not a value of the option "${name}".`);
    push(parts, name);
    push(parts, value);
  };

  const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const weekday = (value) => {
    if (value === "0") return "sun";
    for (let index = 0; index < 7; index++) if (value === `${index + 1}`) return DAYS[index];
    return value;
  };

  // The key of each option, in the order in which the options are read.
  const readKeywords = (options, parts) => {
    const add = (key, value) => {
      if (value === undefined) return;
      push(parts, key);
      push(parts, value);
    };
    add("ca", getTypeOption(options, "calendar"));
    add("co", getTypeOption(options, "collation"));
    let first = getOption(options, "firstDayOfWeek");
    if (first !== undefined) {
      first = weekday(first);
      if (!isTagPart("type", first)) outOfRange(`"${first}" is not a value of the option "firstDayOfWeek".`);
    }
    add("fw", first);
    add("hc", getOption(options, "hourCycle", ["h11", "h12", "h23", "h24"]));
    add("kf", getOption(options, "caseFirst", ["upper", "lower", "false"]));
    const numeric = getBooleanOption(options, "numeric");
    add("kn", numeric === undefined ? undefined : `${numeric}`);
    add("nu", getTypeOption(options, "numberingSystem"));
  };

  // The region of a subdivision, such as "gbeng".
  const regionOf = (subdivision) => {
    if (subdivision === undefined || subdivision.length < 3) return undefined;
    const digits = apply(charCodeAt, subdivision, [0]) < 58;
    return apply(toUpperCase, apply(slice, subdivision, [0, digits ? 3 : 2]), []);
  };

  class Locale {
    #tag;

    constructor(tag, options = undefined) {
      if (typeof tag !== "string" && !isObject(tag)) bad("The tag must be a string or an object.");
      const name = Locale.#of(tag) ?? canonical(text(tag));
      const given = coerceOptions(options);
      const parts = [];
      readPart(given, "language", parts);
      readPart(given, "script", parts);
      readPart(given, "region", parts);
      readPart(given, "variants", parts);
      readKeywords(given, parts);
      this.#tag = parts.length === 0 ? name
        : withTagParts(name, parts) ?? outOfRange("The options make no well-formed language tag.");
    }

    static #of(value) {
      return isObject(value) && #tag in value ? value.#tag : undefined;
    }

    static {
      internals.intl.tagOf = (value) => Locale.#of(value);
      internals.intl.localeOf = (tag) => new Locale(tag);
    }

    #part(name) {
      return tagParts(this.#tag)[name];
    }

    // The region, or that of the subdivision, or the likely one.
    #region() {
      const parts = tagParts(this.#tag);
      return parts.region ?? regionOf(parts.sd) ?? tagParts(resizedTag(this.#tag, true)).region ?? "001";
    }

    // A preference of a region. The `rg` region overrides the locale's own, if there is data.
    #regionDatum(name) {
      const override = regionOf(this.#part("rg"));
      return (override && rootDatum("regions", `${override}.${name}`)) ??
        rootDatum("regions", `${this.#region()}.${name}`) ?? rootDatum("regions", `001.${name}`);
    }

    #data() {
      return resolveTag(this.#tag)?.data ?? "und";
    }

    maximize() {
      return new Locale(resizedTag(this.#tag, true));
    }

    minimize() {
      return new Locale(resizedTag(this.#tag, false));
    }

    toString() {
      return this.#tag;
    }

    get baseName() {
      return this.#part("baseName");
    }

    get calendar() {
      return this.#part("ca");
    }

    get caseFirst() {
      return this.#part("kf");
    }

    get collation() {
      return this.#part("co");
    }

    get firstDayOfWeek() {
      return this.#part("fw");
    }

    get hourCycle() {
      return this.#part("hc");
    }

    get numeric() {
      const value = this.#part("kn");
      return value === "" || value === "true";
    }

    get numberingSystem() {
      return this.#part("nu");
    }

    get language() {
      return this.#part("language");
    }

    get script() {
      return this.#part("script");
    }

    get region() {
      return this.#part("region");
    }

    get variants() {
      return this.#part("variants");
    }

    getCalendars() {
      const own = this.#part("ca");
      return own !== undefined ? listOf(own) : listOf(this.#regionDatum("calendars") ?? "gregory");
    }

    getCollations() {
      const own = this.#part("co");
      if (own !== undefined) return listOf(own);
      const { language } = tagParts(this.#tag);
      return listOf(COLLATIONS[language] ?? "emoji eor");
    }

    getHourCycles() {
      const own = this.#part("hc");
      if (own !== undefined) return listOf(own);
      const { language } = tagParts(this.#tag);
      const region = regionOf(this.#part("rg")) ?? this.#region();
      return listOf(rootDatum("regions", `${language}-${region}.hours`) ??
        rootDatum("regions", `${language}_${region}.hours`) ?? this.#regionDatum("hours") ?? "h23");
    }

    getNumberingSystems() {
      const own = this.#part("nu");
      return listOf(own !== undefined ? own : localeDatum("numbers", this.#data(), "nu") ?? "latn");
    }

    getTimeZones() {
      const region = this.#part("region");
      return region === undefined ? undefined : listOf(rootDatum("regions", `${region}.zones`));
    }

    getTextInfo() {
      const script = this.#part("script") ?? tagParts(resizedTag(this.#tag, true)).script;
      const info = {};
      set(info, "direction", includes(words(rootDatum("scripts", "rtl")), script) ? "rtl" : "ltr");
      return info;
    }

    getWeekInfo() {
      const own = this.#part("fw");
      const day = (name) => {
        for (let index = 0; index < 7; index++) if (DAYS[index] === name) return index + 1;
        return undefined;
      };
      const weekend = [];
      const start = day(this.#regionDatum("weekendStart"));
      const end = day(this.#regionDatum("weekendEnd"));
      for (let at = 1; at <= 7; at++) {
        if (start <= end ? at >= start && at <= end : at >= start || at <= end) push(weekend, at);
      }
      const info = {};
      set(info, "firstDay", day(own) ?? day(this.#regionDatum("firstDay")) ?? 1);
      set(info, "weekend", weekend);
      return info;
    }
  }

  const COLLATIONS = {
    __proto__: null,
    de: "emoji eor phonebk", es: "emoji eor trad", fi: "emoji eor trad", sv: "emoji eor trad",
    ko: "emoji eor searchjl", zh: "emoji eor pinyin stroke zhuyin", si: "dict emoji eor",
    bn: "emoji eor trad", kn: "emoji eor trad", vi: "emoji eor trad", ln: "emoji eor phonetic",
  };

  const listOf = (value) => {
    const all = words(value);
    const list = [];
    for (let index = 0; index < all.length; index++) push(list, all[index]);
    return list;
  };

  expose(Locale, false, false);
}
