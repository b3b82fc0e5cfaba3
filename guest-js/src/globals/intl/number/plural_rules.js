(native, internals) => {
  const { numberFormatter, pluralCategories, pluralOf, pluralOfRange } = native;
  const { bad, canonicalizeLocaleList, coerceOptions, expose, fields, getOption, outOfRange, push, readDigits,
    readMatcher, resolved, resolveLocale } = internals.intl;

  const KEYS = [
    "locale", "type", "notation", "compactDisplay", "minimumIntegerDigits", "minimumFractionDigits",
    "maximumFractionDigits", "minimumSignificantDigits", "maximumSignificantDigits", "pluralCategories",
    "roundingIncrement", "roundingMode", "roundingPriority", "trailingZeroDisplay",
  ];

  class PluralRules {
    #settings;
    #rules;

    constructor() {
      const requested = canonicalizeLocaleList(arguments[0]);
      const options = coerceOptions(arguments[1]);
      readMatcher(options);
      const found = resolveLocale(requested, {}, [], undefined);
      const settings = { __proto__: null, locale: found.locale, data: found.data, numberingSystem: "latn" };
      settings.type = getOption(options, "type", ["cardinal", "ordinal"], "cardinal");
      settings.ordinal = settings.type === "ordinal";
      settings.notation =
        getOption(options, "notation", ["standard", "scientific", "engineering", "compact"], "standard");
      const compact = getOption(options, "compactDisplay", ["short", "long"], "short");
      if (settings.notation === "compact") settings.compactDisplay = compact;
      readDigits(settings, options, 0, 3, settings.notation);
      this.#settings = settings;
    }

    static #of(rules) {
      return (rules.#rules ??= numberFormatter(rules.#settings));
    }

    select(value) {
      const rules = PluralRules.#of(this);
      return pluralOf(rules, +value);
    }

    selectRange(start, end) {
      const rules = PluralRules.#of(this);
      if (start === undefined || end === undefined) bad("A range needs two numbers.");
      const from = +start;
      const to = +end;
      if (from !== from || to !== to) outOfRange("A range needs two numbers.");
      const first = pluralOf(rules, from);
      const last = pluralOf(rules, to);
      return from === to ? first : pluralOfRange(rules, first, last);
    }

    resolvedOptions() {
      const names = fields(pluralCategories(PluralRules.#of(this)));
      const list = [];
      for (let index = 0; index < names.length; index++) push(list, names[index]);
      return resolved({ __proto__: this.#settings, pluralCategories: list }, KEYS);
    }
  }

  expose(PluralRules);
}
