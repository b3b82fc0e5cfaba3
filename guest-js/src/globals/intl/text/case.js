(native, internals) => {
  const { canonicalizeLocaleList, hide } = internals.intl;
  const { apply } = Reflect;
  const { isWellFormed, slice, split, toLowerCase, toUpperCase } = String.prototype;
  const text = String;

  // The languages with rules of their own.
  const LANGUAGES = { __proto__: null, az: true, el: true, hy: true, lt: true, tr: true };

  /** The units that the helper takes for U+FFFD: those, and surrogates without another. */
  const mapIllFormed = (string, language, upper) => {
    const units = [];
    for (let index = 0; index < string.length; index++) {
      const unit = string[index];
      const pair = string[index] + (string[index + 1] ?? "");
      if (pair.length === 2 && unit >= "\uD800" && unit < "\uDC00" && apply(isWellFormed, pair, [])) index++;
      else if (unit === "\uFFFD" || !apply(isWellFormed, unit, [])) units[units.length] = unit;
    }
    const parts = apply(split, native.mapCase(string, language, upper), ["\uFFFD"]);
    let mapped = parts[0];
    for (let index = 1; index < parts.length; index++) mapped += units[index - 1] + parts[index];
    return mapped;
  };

  const map = (that, locales, upper) => {
    if (that === undefined || that === null) {
      throw new TypeError(`toLocale${upper ? "Upper" : "Lower"}Case() needs a string.`);
    }
    if (typeof that === "symbol") throw new TypeError("A symbol is no string.");
    const string = text(that);
    const tag = canonicalizeLocaleList(locales)[0] ?? "en";
    const language = apply(split, tag, ["-", 1])[0];
    if (!(language in LANGUAGES)) return apply(upper ? toUpperCase : toLowerCase, string, []);
    return apply(isWellFormed, string, []) ? native.mapCase(string, language, upper)
      : mapIllFormed(string, language, upper);
  };

  const methods = {
    toLocaleLowerCase() {
      return map(this, arguments[0], false);
    },
    toLocaleUpperCase() {
      return map(this, arguments[0], true);
    },
  };
  hide(String.prototype, "toLocaleLowerCase", methods.toLocaleLowerCase);
  hide(String.prototype, "toLocaleUpperCase", methods.toLocaleUpperCase);
}
