(native, internals) => {
  const { formatNumberToParts, localeDatum, numberFormatter, pluralOf } = native;
  const { canonicalizeLocaleList, bad, coerceOptions, expose, fields, getOption, getTypeOption, numberingSystems,
    numberSettings, outOfRange, push, readMatcher, resolved, resolveLocale, set } = internals.intl;
  const { apply } = Reflect;
  const { indexOf, slice } = String.prototype;
  const text = String;
  const { is } = Object;

  const UNITS = { __proto__: null };
  for (const unit of ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]) {
    UNITS[unit] = UNITS[`${unit}s`] = unit;
  }

  class RelativeTimeFormat {
    #settings;
    #formatter;

    constructor() {
      const requested = canonicalizeLocaleList(arguments[0]);
      const options = coerceOptions(arguments[1]);
      readMatcher(options);
      const nu = getTypeOption(options, "numberingSystem");
      const found = resolveLocale(requested, { __proto__: null, nu }, ["nu"], (key, data) => numberingSystems(data));
      const settings = { __proto__: null, locale: found.locale, data: found.data, numberingSystem: found.nu };
      settings.style = getOption(options, "style", ["long", "short", "narrow"], "long");
      settings.numeric = getOption(options, "numeric", ["always", "auto"], "always");
      this.#settings = settings;
    }

    // The texts and numbers: a type, which is undefined for a whole literal, and a value each.
    #parts(value, name) {
      const { data, style, numeric, locale, numberingSystem } = this.#settings;
      const number = +value;
      const string = text(typeof name === "symbol" ? bad("A symbol is no string.") : name);
      const unit = UNITS[string] ?? outOfRange(`"${string}" is not a unit of relative time.`);
      if (number - number !== 0) outOfRange("The value must be a finite number.");
      if (numeric === "auto") {
        const own = localeDatum("relative", data, `${style}.${unit}.${is(number, -0) ? "-0" : number}`) ??
          localeDatum("relative", data, `${style}.${unit}.${number}`);
        if (own !== undefined) return { unit, list: ["literal", own], starts: 0, ends: 0 };
      }
      this.#formatter ??= numberFormatter(numberSettings(locale, { __proto__: null, numberingSystem }));
      const past = number < 0 || is(number, -0);
      const size = past ? -number : number;
      const plural = pluralOf(this.#formatter, size);
      const key = `${style}.${unit}.${past ? "past" : "future"}`;
      const pattern = localeDatum("relative", data, `${key}.${plural}`) ??
        localeDatum("relative", data, `${key}.other`) ?? "{0}";
      const at = apply(indexOf, pattern, ["{0}"]);
      const list = [];
      const before = at < 0 ? pattern : apply(slice, pattern, [0, at]);
      const after = at < 0 ? "" : apply(slice, pattern, [at + 3]);
      if (before !== "") {
        push(list, "literal");
        push(list, before);
      }
      const starts = list.length;
      const digits = at < 0 ? [] : fields(formatNumberToParts(this.#formatter, size));
      for (let index = 0; index < digits.length; index++) push(list, digits[index]);
      const ends = list.length;
      if (after !== "") {
        push(list, "literal");
        push(list, after);
      }
      return { unit, list, starts, ends };
    }

    format(value, unit) {
      const { list } = this.#parts(value, unit);
      let joined = "";
      for (let index = 1; index < list.length; index += 2) joined += list[index];
      return joined;
    }

    formatToParts(value, name) {
      const { unit, list, starts, ends } = this.#parts(value, name);
      const parts = [];
      for (let index = 0; index < list.length; index += 2) {
        const part = {};
        set(part, "type", list[index]);
        set(part, "value", list[index + 1]);
        if (index >= starts && index < ends) set(part, "unit", unit);
        push(parts, part);
      }
      return parts;
    }

    resolvedOptions() {
      return resolved(this.#settings, ["locale", "style", "numeric", "numberingSystem"]);
    }
  }

  expose(RelativeTimeFormat);
}
