(native, internals) => {
  const { formatNumberToParts, localeDatum, numberFormatter } = native;
  const { canonicalizeLocaleList, durationOf, durationSign, durationUnits, expose, fields, fractional, getNumberOption,
    getOption, getOptionsObject, getTypeOption, listParts, numberSettings, numberingSystems,
    outOfRange, push, readMatcher, resolveLocale, set } = internals.intl;
  const { apply } = Reflect;
  const { slice } = String.prototype;

  const WORDS = ["long", "short", "narrow"];
  const CLOCK = ["long", "short", "narrow", "numeric", "2-digit"];
  const PARTS = ["long", "short", "narrow", "numeric"];
  const isNumeric = (style) => style === "numeric" || style === "2-digit";

  // The styles, and the style of a digital format.
  const styleOf = (options, unit, index, base, previous) => {
    const styles = index < 4 ? WORDS : index < 7 ? CLOCK : PARTS;
    let style = getOption(options, unit, styles);
    let shown = "always";
    if (style === undefined) {
      if (base === "digital") {
        if (index < 4 || index > 6) shown = "auto";
        style = index < 4 ? "short" : "numeric";
      } else if (previous === "fractional" || isNumeric(previous)) {
        if (unit !== "minutes" && unit !== "seconds") shown = "auto";
        style = "numeric";
      } else {
        shown = "auto";
        style = base;
      }
    }
    if (style === "numeric" && index > 6) {
      style = "fractional";
      shown = "auto";
    }
    const display = getOption(options, `${unit}Display`, ["auto", "always"], shown);
    if (
      (display === "always" && style === "fractional") ||
      (previous === "fractional" && style !== "fractional") ||
      (isNumeric(previous) && style !== "fractional" && !isNumeric(style))
    ) {
      outOfRange(`The style of "${unit}" does not go with the others.`);
    }
    if ((unit === "minutes" || unit === "seconds") && isNumeric(previous)) style = "2-digit";
    return { style, display };
  };

  class DurationFormat {
    #settings;

    constructor() {
      const requested = canonicalizeLocaleList(arguments[0]);
      const options = getOptionsObject(arguments[1]);
      readMatcher(options);
      const nu = getTypeOption(options, "numberingSystem");
      const found = resolveLocale(requested, { __proto__: null, nu }, ["nu"], (key, data) => numberingSystems(data));
      const settings = { __proto__: null, locale: found.locale, data: found.data, numberingSystem: found.nu };
      settings.style = getOption(options, "style", ["long", "short", "narrow", "digital"], "short");
      settings.units = { __proto__: null };
      let previous = "";
      for (let index = 0; index < durationUnits.length; index++) {
        const unit = durationUnits[index];
        const own = styleOf(options, unit, index, settings.style, previous);
        settings.units[unit] = own;
        if (index >= 4 && index < 9) previous = own.style;
      }
      settings.digits = getNumberOption(options, "fractionalDigits", 0, 9, undefined);
      this.#settings = settings;
    }

    // The groups of parts that a list joins. A part has a type, a value and perhaps a unit.
    #groups(duration) {
      const { locale, numberingSystem, units, digits } = this.#settings;
      const groups = [];
      const negative = durationSign(duration) < 0;
      let showsSign = true;
      const format = (unit, given, options) => {
        let value = given;
        options.numberingSystem = numberingSystem;
        if (showsSign) {
          showsSign = false;
          if (value === 0 && negative) value = -0;
        } else {
          options.signDisplay = "never";
        }
        const flat = fields(formatNumberToParts(numberFormatter(numberSettings(locale, options)), value));
        const parts = [];
        for (let index = 0; index < flat.length; index += 2) {
          push(parts, { type: flat[index], value: flat[index + 1], unit: apply(slice, unit, [0, -1]) });
        }
        return parts;
      };
      const withFraction = (options) => {
        options.maximumFractionDigits = digits ?? 9;
        options.minimumFractionDigits = digits ?? 0;
        options.roundingMode = "trunc";
      };
      for (let index = 0; index < durationUnits.length; index++) {
        const unit = durationUnits[index];
        const { style, display } = units[unit];
        if (isNumeric(style)) {
          const group = this.#clock(duration, index, format, withFraction);
          if (group.length > 0) push(groups, group);
          return groups;
        }
        const options = { __proto__: null, style: "unit", unit: apply(slice, unit, [0, -1]), unitDisplay: style };
        let value = duration[unit];
        const ends = index >= 6 && index < 9 && units[durationUnits[index + 1]].style === "fractional";
        if (ends) {
          value = fractional(duration, unit, 9 - 3 * (index - 6));
          withFraction(options);
        }
        if (value !== 0 || display === "always") push(groups, format(unit, value, options));
        if (ends) return groups;
      }
      return groups;
    }

    // Hours, minutes and seconds as on a digital clock, from a unit on.
    #clock(duration, first, format, withFraction) {
      const { data, numberingSystem, units } = this.#settings;
      const isFractional = units.milliseconds.style === "fractional";
      const seconds = isFractional ? fractional(duration, "seconds", 9) : duration.seconds;
      const shows = (unit, value) => value !== 0 || units[unit].display === "always";
      const hasHours = first === 4 && shows("hours", duration.hours);
      const hasSeconds = shows("seconds", seconds);
      const hasMinutes = first <= 5 && ((hasHours && hasSeconds) || shows("minutes", duration.minutes));
      const parts = [];
      const add = (unit, value, separated) => {
        const options = { __proto__: null, useGrouping: false };
        if (units[unit].style === "2-digit") options.minimumIntegerDigits = 2;
        if (unit === "seconds" && isFractional) withFraction(options);
        const list = format(unit, value, options);
        if (separated) {
          const separator = localeDatum("numbers", data, `${numberingSystem}.time`) ??
            localeDatum("numbers", data, "latn.time") ?? ":";
          push(parts, { type: "literal", value: separator, unit: undefined });
        }
        for (let index = 0; index < list.length; index++) push(parts, list[index]);
      };
      if (hasHours) add("hours", duration.hours, false);
      if (hasMinutes) add("minutes", duration.minutes, hasHours);
      if (hasSeconds) add("seconds", seconds, hasMinutes);
      return parts;
    }

    #parts(duration) {
      const { data, style } = this.#settings;
      const groups = this.#groups(durationOf(duration));
      const strings = [];
      for (let index = 0; index < groups.length; index++) {
        let joined = "";
        for (let at = 0; at < groups[index].length; at++) joined += groups[index][at].value;
        push(strings, joined);
      }
      const flat = listParts(data, "unit", style === "digital" ? "short" : style, strings);
      const parts = [];
      let next = 0;
      for (let index = 0; index < flat.length; index += 2) {
        if (flat[index] === "element") {
          const group = groups[next++];
          for (let at = 0; at < group.length; at++) push(parts, group[at]);
        } else {
          push(parts, { type: "literal", value: flat[index + 1], unit: undefined });
        }
      }
      return parts;
    }

    format(duration) {
      const parts = this.#parts(duration);
      let joined = "";
      for (let index = 0; index < parts.length; index++) joined += parts[index].value;
      return joined;
    }

    formatToParts(duration) {
      const own = this.#parts(duration);
      const parts = [];
      for (let index = 0; index < own.length; index++) {
        const { type, value, unit } = own[index];
        const part = {};
        set(part, "type", type);
        set(part, "value", value);
        if (unit !== undefined) set(part, "unit", unit);
        push(parts, part);
      }
      return parts;
    }

    resolvedOptions() {
      const { locale, numberingSystem, style, units, digits } = this.#settings;
      const answer = {};
      set(answer, "locale", locale);
      set(answer, "numberingSystem", numberingSystem);
      set(answer, "style", style);
      for (let index = 0; index < durationUnits.length; index++) {
        const unit = durationUnits[index];
        const own = units[unit];
        set(answer, unit, own.style === "fractional" ? "numeric" : own.style);
        set(answer, `${unit}Display`, own.display);
      }
      if (digits !== undefined) set(answer, "fractionalDigits", digits);
      return answer;
    }
  }

  expose(DurationFormat);
}
