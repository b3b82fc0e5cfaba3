(native, internals) => {
  const { numberFormatter, formatNumber, formatNumberToParts, formatNumberRange, rootDatum } = native;
  const { bad, canonicalizeLocaleList, coerceOptions, expose, fields, getOption, getTypeOption, includes, isObject,
    numberingSystems, outOfRange, push, readDigits, readMatcher, resolved, resolveLocale, set } = internals.intl;
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const { toPrimitive } = Symbol;
  const text = String;
  const upper = String.prototype.toUpperCase;
  const split = String.prototype.split;
  const charCode = String.prototype.charCodeAt;

  const KEYS = [
    "locale", "numberingSystem", "style", "currency", "currencyDisplay", "currencySign", "unit",
    "unitDisplay", "minimumIntegerDigits", "minimumFractionDigits", "maximumFractionDigits",
    "minimumSignificantDigits", "maximumSignificantDigits", "useGrouping", "notation", "compactDisplay",
    "signDisplay", "roundingIncrement", "roundingMode", "roundingPriority", "trailingZeroDisplay",
  ];

  const isCurrency = (code) => {
    if (code.length !== 3) return false;
    for (let index = 0; index < 3; index++) {
      const letter = apply(charCode, code, [index]) | 32;
      if (letter < 97 || letter > 122) return false;
    }
    return true;
  };

  let units;
  const isUnit = (name) => {
    units ??= internals.intl.words(rootDatum("supported", "unit"));
    if (includes(units, name)) return true;
    const parts = apply(split, name, ["-per-"]);
    return parts.length === 2 && includes(units, parts[0]) && includes(units, parts[1]);
  };

  /** Returns a number, a `BigInt` or a string that stands for a number. */
  const numeric = (value) => {
    let primitive = value;
    if (isObject(value)) {
      const convert = value[toPrimitive];
      if (convert !== undefined && convert !== null) {
        primitive = apply(convert, value, ["number"]);
        if (isObject(primitive)) bad("The value has no primitive value.");
      } else {
        const methods = ["valueOf", "toString"];
        for (let index = 0; index < 2 && isObject(primitive); index++) {
          const method = value[methods[index]];
          if (typeof method === "function") primitive = apply(method, value, []);
        }
        if (isObject(primitive)) bad("The value has no primitive value.");
      }
    }
    return typeof primitive === "bigint" || typeof primitive === "string" ? primitive : +primitive;
  };

  const readGrouping = (options, fallback) => {
    const value = options.useGrouping;
    if (value === undefined) return fallback;
    if (value === true) return "always";
    if (!value) return false;
    const string = text(typeof value === "symbol" ? bad("A symbol is no string.") : value);
    if (string === "true" || string === "false") return fallback;
    if (!includes(["min2", "auto", "always"], string)) {
      outOfRange(`"${string}" is not a value of the option "useGrouping".`);
    }
    return string;
  };

  const readUnits = (settings, options) => {
    const style = getOption(options, "style", ["decimal", "percent", "currency", "unit"], "decimal");
    const currency = getOption(options, "currency");
    if (currency === undefined) {
      if (style === "currency") bad("The style \"currency\" needs a currency.");
    } else if (!isCurrency(currency)) {
      outOfRange(`"${currency}" is not a code of a currency.`);
    }
    const display = getOption(options, "currencyDisplay", ["code", "symbol", "narrowSymbol", "name"], "symbol");
    const sign = getOption(options, "currencySign", ["standard", "accounting"], "standard");
    const unit = getOption(options, "unit");
    if (unit === undefined) {
      if (style === "unit") bad("The style \"unit\" needs a unit.");
    } else if (!isUnit(unit)) {
      outOfRange(`"${unit}" is not a unit.`);
    }
    const unitDisplay = getOption(options, "unitDisplay", ["short", "narrow", "long"], "short");
    settings.style = style;
    if (style === "currency") {
      settings.currency = apply(upper, currency, []);
      settings.currencyDisplay = display;
      settings.currencySign = sign;
    } else if (style === "unit") {
      settings.unit = unit;
      settings.unitDisplay = unitDisplay;
    }
  };

  /** Resolves the options of a format: what its formatter and `resolvedOptions` need. */
  const settingsOf = (locales, given) => {
    const requested = canonicalizeLocaleList(locales);
    const options = coerceOptions(given);
    readMatcher(options);
    const nu = getTypeOption(options, "numberingSystem");
    const found = resolveLocale(requested, { __proto__: null, nu }, ["nu"], (key, data) => numberingSystems(data));
    const settings = { __proto__: null, locale: found.locale, data: found.data, numberingSystem: found.nu };
    readUnits(settings, options);
    const { style } = settings;
    const notation = getOption(options, "notation", ["standard", "scientific", "engineering", "compact"], "standard");
    settings.notation = notation;
    let least = 0;
    let most = style === "percent" ? 0 : 3;
    if (style === "currency" && notation === "standard") {
      least = most = +(rootDatum("currencies", settings.currency) ?? 2);
    }
    readDigits(settings, options, least, most, notation);
    const compact = getOption(options, "compactDisplay", ["short", "long"], "short");
    if (notation === "compact") settings.compactDisplay = compact;
    settings.useGrouping = readGrouping(options, notation === "compact" ? "min2" : "auto");
    settings.grouping = `${settings.useGrouping}`;
    settings.signDisplay =
      getOption(options, "signDisplay", ["auto", "never", "always", "exceptZero", "negative"], "auto");
    return settings;
  };

  const partsOf = (flat) => {
    const parts = [];
    for (let index = 0; index < flat.length; index += 2) {
      const part = {};
      set(part, "type", flat[index]);
      set(part, "value", flat[index + 1]);
      push(parts, part);
    }
    return parts;
  };

  class NumberFormat {
    #settings;
    #formatter;
    #format;

    constructor(locales, options) {
      this.#settings = settingsOf(locales, options);
    }

    static #of(format) {
      return (format.#formatter ??= numberFormatter(format.#settings));
    }

    static {
      /** Returns the formatter of a format that has the given options. */
      internals.intl.numberFormatter = (locales, options) => NumberFormat.#of(new NumberFormat(locales, options));
    }

    #range(start, end) {
      if (start === undefined || end === undefined) bad("A range needs two numbers.");
      const from = numeric(start);
      const to = numeric(end);
      const joined = formatNumberRange(NumberFormat.#of(this), from, to);
      return fields(joined ?? outOfRange("A range needs two numbers."));
    }

    get format() {
      const formatter = NumberFormat.#of(this);
      if (this.#format === undefined) {
        const format = (value) => formatNumber(formatter, numeric(value));
        defineProperty(format, "name", { __proto__: null, value: "" });
        this.#format = format;
      }
      return this.#format;
    }

    formatToParts(value) {
      const formatter = NumberFormat.#of(this);
      return partsOf(fields(formatNumberToParts(formatter, numeric(value))));
    }

    formatRange(start, end) {
      void this.#settings;
      const flat = this.#range(start, end);
      let joined = "";
      for (let index = 0; index < flat.length; index += 3) joined += flat[index + 1];
      return joined;
    }

    formatRangeToParts(start, end) {
      void this.#settings;
      const flat = this.#range(start, end);
      const parts = [];
      for (let index = 0; index < flat.length; index += 3) {
        const part = {};
        set(part, "type", flat[index]);
        set(part, "value", flat[index + 1]);
        set(part, "source", flat[index + 2]);
        push(parts, part);
      }
      return parts;
    }

    resolvedOptions() {
      return resolved(this.#settings, KEYS);
    }
  }

  expose(NumberFormat, true);

  internals.intl.numeric = numeric;
  internals.intl.numberSettings = settingsOf;

  const number = Number.prototype.valueOf;
  const bigint = BigInt.prototype.valueOf;
  const methodsOf = (value) => ({
    toLocaleString() {
      const primitive = apply(value, this, []);
      return formatNumber(numberFormatter(settingsOf(arguments[0], arguments[1])), primitive);
    },
  });
  internals.intl.hide(Number.prototype, "toLocaleString", methodsOf(number).toLocaleString);
  internals.intl.hide(BigInt.prototype, "toLocaleString", methodsOf(bigint).toLocaleString);
}
