// Numbers, currencies, lists and relative times.

import { main } from "./cldr.js";

/** Sets a text for each plural category. One that is as `other` is left out. */
const setCounts = (values, prefix, counts) => {
  for (const [count, value] of Object.entries(counts)) {
    if (count === "other" || value !== counts.other) values[`${prefix}.${count}`] = value;
  }
};

const compact = (values, prefix, patterns) => {
  const byPower = {};
  for (const [key, value] of Object.entries(patterns)) {
    const [, power, count] = /^(10+)-count-([a-z]+)$/.exec(key) ?? [];
    if (power !== undefined) (byPower[power.length - 1] ??= {})[count] = value;
  }
  for (const [power, counts] of Object.entries(byPower)) setCounts(values, `${prefix}.${power}`, counts);
};

const numbers = (locale) => {
  const { numbers } = main("numbers", locale, "numbers");
  const values = { nu: numbers.defaultNumberingSystem, grouping: numbers.minimumGroupingDigits };
  for (const [key, value] of Object.entries(numbers.otherNumberingSystems)) values[`nu.${key}`] = value;
  for (const [key, value] of Object.entries(numbers)) {
    const [, what, system] = /^(\w+)-numberSystem-(\w+)$/.exec(key) ?? [];
    if (system === undefined) continue;
    const set = (name, text) => {
      if (text !== undefined) values[`${system}.${name}`] = text;
    };
    if (what === "symbols") {
      set("decimal", value.decimal);
      set("group", value.group);
      set("percent", value.percentSign);
      set("plus", value.plusSign);
      set("minus", value.minusSign);
      set("approximately", value.approximatelySign);
      set("exponential", value.exponential);
      set("infinity", value.infinity);
      set("nan", value.nan);
      set("time", value.timeSeparator);
      set("currencyDecimal", value.currencyDecimal);
      set("currencyGroup", value.currencyGroup);
    } else if (what === "decimalFormats") {
      set("pattern", value.standard);
      compact(values, `${system}.short`, value.short.decimalFormat);
      compact(values, `${system}.long`, value.long.decimalFormat);
    } else if (what === "scientificFormats") {
      set("pattern.scientific", value.standard);
    } else if (what === "percentFormats") {
      set("pattern.percent", value.standard);
    } else if (what === "currencyFormats") {
      set("pattern.currency", value.standard);
      set("pattern.accounting", value.accounting);
      set("space.before", value.currencySpacing?.beforeCurrency.insertBetween);
      set("space.after", value.currencySpacing?.afterCurrency.insertBetween);
      if (value.short) compact(values, `${system}.currency`, value.short.standard);
      const counts = {};
      for (const [name, text] of Object.entries(value)) {
        const count = /^unitPattern-count-(\w+)$/.exec(name)?.[1];
        if (count) counts[count] = text;
      }
      setCounts(values, `${system}.name`, counts);
    } else if (what === "miscPatterns") {
      set("range", value.range);
    }
  }
  // CLDR's JSON leaves these out of the root.
  for (const [system, symbols] of Object.entries(ROOT)) {
    for (const [key, value] of Object.entries(symbols)) values[`${system}.${key}`] ??= value;
  }
  return values;
};

const ROOT = {
  arab: {
    decimal: "\u066b", group: "\u066c", percent: "\u066a\u061c", plus: "\u061c+", minus: "\u061c-",
    exponential: "\u0623\u0633", "pattern.currency": "#,##0.00\u00a0\u00a4",
  },
  arabext: {
    decimal: "\u066b", group: "\u066c", percent: "\u066a", plus: "\u200e+\u200e", minus: "\u200e-\u200e",
    exponential: "\u00d7\u06f1\u06f0^",
  },
};

const currencies = (locale) => {
  const values = {};
  for (const [code, currency] of Object.entries(main("numbers", locale, "currencies").numbers.currencies)) {
    const { symbol, displayName } = currency;
    if (symbol && symbol !== code) values[`${code}.symbol`] = symbol;
    const narrow = currency["symbol-alt-narrow"];
    if (narrow && narrow !== (symbol ?? code)) values[`${code}.narrow`] = narrow;
    if (displayName && displayName !== code) values[`${code}.name`] = displayName;
    for (const [key, value] of Object.entries(currency)) {
      const count = /^displayName-count-(\w+)$/.exec(key)?.[1];
      if (count && (count === "other" ? value !== displayName : value !== (currency["displayName-count-other"] ?? displayName))) {
        values[`${code}.${count}`] = value;
      }
    }
  }
  return values;
};

const lists = (locale) => {
  const values = {};
  const types = { standard: "conjunction", or: "disjunction", unit: "unit" };
  const { listPatterns } = main("misc", locale, "listPatterns");
  for (const [key, patterns] of Object.entries(listPatterns)) {
    const [, type, style = "long"] = /^listPattern-type-([a-z]+)(?:-(\w+))?$/.exec(key);
    for (const [name, value] of Object.entries(patterns)) values[`${types[type]}.${style}.${name}`] = value;
  }
  return values;
};

const relative = (locale) => {
  const values = {};
  const { fields } = main("dates", locale, "dateFields").dates;
  for (const unit of ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]) {
    for (const style of ["long", "short", "narrow"]) {
      const field = fields[style === "long" ? unit : `${unit}-${style}`];
      for (const [key, value] of Object.entries(field)) {
        const offset = /^relative-type-(-?\d)$/.exec(key)?.[1];
        if (offset) values[`${style}.${unit}.${offset}`] = value;
        const direction = /^relativeTime-type-(future|past)$/.exec(key)?.[1];
        if (!direction) continue;
        const counts = {};
        for (const [name, text] of Object.entries(value)) counts[name.slice(name.lastIndexOf("-") + 1)] = text;
        setCounts(values, `${style}.${unit}.${direction}`, counts);
      }
    }
  }
  return values;
};

export const addNumbers = (archive) => {
  archive.addKind("numbers", numbers);
  archive.addKind("currencies", currencies);
  archive.addKind("lists", lists);
  archive.addKind("relative", relative);
};
