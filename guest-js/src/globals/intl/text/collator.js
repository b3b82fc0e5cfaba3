(native, internals) => {
  const { coerceOptions, canonicalizeLocaleList, expose, getBooleanOption, getOption, getTypeOption,
    push, readMatcher, resolveLocale, set, words } = internals.intl;
  const { defineProperty } = Object;
  const { apply } = Reflect;
  const { split } = String.prototype;
  const text = String;

  const SENSITIVITIES = ["base", "accent", "case", "variant"];
  const CASES = ["upper", "lower", "false"];
  const KEYS = ["co", "kf", "kn"];

  // The orders that a language has beside its usual one and those of every language.
  const KINDS = {
    __proto__: null,
    bn: "trad", de: "phonebk", es: "trad", fi: "trad", kn: "trad", ko: "searchjl", ln: "phonetic",
    si: "dict", sv: "trad", vi: "trad", zh: "pinyin stroke zhuyin",
  };
  // The languages that put upper case first.
  const UPPER = { __proto__: null, da: true, mt: true };

  const valuesOf = (key, data) => {
    if (key === "kn") return ["false", "true"];
    const language = apply(split, data, ["-", 1])[0];
    if (key === "kf") {
      return language in UPPER ? ["upper", "lower", "false"] : ["false", "lower", "upper"];
    }
    const kinds = words(`emoji eor${language in KINDS ? ` ${KINDS[language]}` : ""}`);
    const values = [undefined];
    for (let index = 0; index < kinds.length; index++) push(values, kinds[index]);
    return values;
  };

  class Collator {
    #options;
    #order;
    #compare;

    constructor(locales = undefined, options = undefined) {
      const requested = canonicalizeLocaleList(locales);
      const given = coerceOptions(options);
      const usage = getOption(given, "usage", ["sort", "search"], "sort");
      readMatcher(given);
      const co = getTypeOption(given, "collation");
      const kn = getBooleanOption(given, "numeric");
      const kf = getOption(given, "caseFirst", CASES);
      const wanted = { __proto__: null, co, kf, kn: kn === undefined ? undefined : `${kn}` };
      const found = resolveLocale(requested, wanted, KEYS, valuesOf);
      const sensitivity = getOption(given, "sensitivity", SENSITIVITIES, "variant");
      const punctuation = getBooleanOption(given, "ignorePunctuation", apply(split, found.data, ["-", 1])[0] === "th");
      this.#options = {
        __proto__: null,
        locale: found.locale,
        usage,
        sensitivity,
        ignorePunctuation: punctuation,
        collation: found.co ?? "default",
        numeric: found.kn === "true",
        caseFirst: found.kf,
      };
      // The library has no order for searching. That of German is the one of telephone books.
      const german = apply(split, found.data, ["-", 1])[0] === "de";
      const kind = usage === "sort" ? found.co : german ? "phonebk" : undefined;
      let order = `${found.data}-u`;
      if (kind !== undefined) order += `-co-${kind}`;
      order += `-kf-${found.kf}`;
      if (found.kn === "true") order += "-kn";
      this.#order = native.collator(order, sensitivity, punctuation);
    }

    get compare() {
      const order = this.#order;
      return this.#compare ??= ((compare) => {
        defineProperty(compare, "name", { __proto__: null, value: "" });
        return compare;
      })((x, y) => collate(order, x, y));
    }

    resolvedOptions() {
      const options = this.#options;
      const answer = {};
      for (const key in options) set(answer, key, options[key]);
      return answer;
    }

    static compare(collator, x, y) {
      return native.collate(collator.#order, x, y);
    }
  }

  const string = (value) => {
    if (typeof value === "symbol") throw new TypeError("A symbol is no string.");
    return text(value);
  };

  const collate = (order, x, y) => {
    const left = string(x);
    return native.collate(order, left, string(y));
  };

  const { compare } = Collator;
  delete Collator.compare;
  expose(Collator, true);

  // The one that is used if a program names none.
  let usual;
  const methods = {
    localeCompare(that) {
      if (this === undefined || this === null) {
        throw new TypeError("localeCompare() needs a string.");
      }
      const left = string(this);
      const right = string(that);
      const { 1: locales, 2: options } = arguments;
      if (locales !== undefined || options !== undefined) {
        return compare(new Collator(locales, options), left, right);
      }
      usual ??= new Collator();
      return compare(usual, left, right);
    },
  };
  internals.intl.hide(String.prototype, "localeCompare", methods.localeCompare);
}
