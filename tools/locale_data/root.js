// Data of no locale: the list of the locales, regions, numbering systems, values of keys.

import { locales, main, maximized, parentOf, read, supplemental } from "./cldr.js";
import { simpleUnits } from "./units.js";

/** Every tag that is available, with the locale that has its data. */
const available = () => {
  const tags = {};
  const add = (tag, locale) => {
    if (tag !== "und" && !(tag in tags)) tags[tag] = locale;
  };
  for (const locale of locales) add(locale, locale);
  for (const tag of read("cldr-core/defaultContent.json").defaultContent) {
    let locale = tag;
    while (!locales.includes(locale) && locale.includes("-")) locale = locale.slice(0, locale.lastIndexOf("-"));
    if (locales.includes(locale)) add(tag, locale);
  }
  // A tag without the script that its region makes likely, such as zh-TW.
  for (const [tag, locale] of Object.entries(tags)) {
    const [language, script, region, ...rest] = tag.split("-");
    if (script?.length !== 4 || !region || rest.length > 0) continue;
    if (maximized(`${language}-${region}`)[1] === script) add(`${language}-${region}`, locale);
  }
  return tags;
};

const regions = () => {
  const values = {};
  const weeks = supplemental("weekData").weekData;
  const hours = supplemental("timeData").timeData;
  const calendars = supplemental("calendarPreferenceData").calendarPreferenceData;
  const cycles = { h: "h12", H: "h23", K: "h11", k: "h24" };
  for (const [region, { _allowed, _preferred }] of Object.entries(hours)) {
    const list = [_preferred, ..._allowed.split(" ")].map((it) => cycles[it[0]]);
    values[`${region}.hours`] = [...new Set(list)].join(" ");
  }
  for (const [region, list] of Object.entries(calendars)) {
    values[`${region}.calendars`] = [...new Set(list.map((it) => ({ gregorian: "gregory", "ethiopic-amete-alem": "ethioaa" })[it] ?? it))]
      .filter((it) => it !== "islamic" && it !== "islamic-rgsa").join(" ");
  }
  for (const key of ["minDays", "firstDay", "weekendStart", "weekendEnd"]) {
    for (const [region, value] of Object.entries(weeks[key])) {
      if (!region.includes("-")) values[`${region}.${key}`] = value;
    }
  }
  const zones = read("cldr-bcp47/bcp47/timezone.json").keyword.u.tz;
  const byRegion = {};
  for (const [id, zone] of Object.entries(zones)) {
    if (id.startsWith("_") || zone._deprecated || id.length !== 5) continue;
    const region = zone._region ?? id.slice(0, 2).toUpperCase();
    (byRegion[region] ??= []).push(zone._iana ?? zone._alias.split(" ")[0]);
  }
  for (const [id, zone] of Object.entries(zones)) {
    if (id.startsWith("_") || zone._deprecated || id.length === 5) continue;
    const region = zone._region ?? id.slice(0, 2).toUpperCase();
    if (byRegion[region] && zone._alias?.includes("/") && !/^(Etc|unk)/.test(zone._alias)) byRegion[region].push(zone._iana ?? zone._alias.split(" ")[0]);
  }
  for (const [region, list] of Object.entries(byRegion)) values[`${region}.zones`] = [...new Set(list)].sort().join(" ");
  return values;
};

const numberingSystems = () => {
  const values = {};
  for (const [name, { _type, _digits }] of Object.entries(supplemental("numberingSystems").numberingSystems)) {
    if (_type === "numeric") values[name] = _digits;
  }
  return values;
};

/** The values of Unicode extensions that have another, canonical name, as `key.value`. */
const aliases = () => {
  const values = {};
  for (const file of ["calendar", "collation", "currency", "measure", "number", "segmentation", "timezone", "variant"]) {
    for (const [key, types] of Object.entries(read(`cldr-bcp47/bcp47/${file}.json`).keyword.u)) {
      for (const [name, type] of Object.entries(types)) {
        if (name.startsWith("_")) continue;
        if (type._preferred) values[`${key}.${name}`] = type._preferred;
        for (const alias of (type._alias ?? "").split(" ")) {
          if (alias && /^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/.test(alias.toLowerCase()) && alias.toLowerCase() !== name && !type._preferred) {
            values[`${key}.${alias.toLowerCase()}`] = name;
          }
        }
      }
    }
  }
  // The value "true" is left out.
  for (const key of ["kb", "kc", "kh", "kk", "kn"]) values[`${key}.yes`] = "true";
  const { transform } = { transform: read("cldr-bcp47/bcp47/transform.json").keyword.t };
  for (const [key, types] of Object.entries(transform)) {
    for (const [name, type] of Object.entries(types)) {
      if (name.startsWith("_")) continue;
      if (type._preferred) values[`${key}.${name}`] = type._preferred;
      for (const alias of (type._alias ?? "").split(" ")) {
        if (/^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/.test(alias)) values[`${key}.${alias}`] = name;
      }
    }
  }
  return values;
};

/** The calendars, and so on, that `Intl.supportedValuesOf` lists. */
const supported = () => {
  const calendars = ["buddhist", "chinese", "coptic", "dangi", "ethioaa", "ethiopic", "gregory", "hebrew", "indian",
    "islamic-civil", "islamic-tbla", "islamic-umalqura", "iso8601", "japanese", "persian", "roc"];
  const names = main("numbers", "en", "currencies").numbers.currencies;
  const zones = new Set();
  for (const [id, zone] of Object.entries(read("cldr-bcp47/bcp47/timezone.json").keyword.u.tz)) {
    if (id.startsWith("_") || zone._deprecated || id === "unk") continue;
    const name = zone._iana ?? zone._alias.split(" ")[0];
    if (!/^Etc\/(UTC|GMT|UCT)$|^(UTC|GMT)$|^[A-Z]+\d[A-Z]+$/.test(name)) zones.add(name);
  }
  zones.add("UTC");
  return {
    calendar: calendars.join(" "),
    collation: "compat emoji eor phonebk pinyin searchjl stroke trad zhuyin",
    currency: Object.keys(names).sort().join(" "),
    numberingSystem: Object.keys(numberingSystems()).sort().join(" "),
    timeZone: [...zones].sort().join(" "),
    unit: [...simpleUnits].sort().join(" "),
  };
};

const parents = () => {
  const values = {};
  for (const locale of locales) {
    const parent = parentOf(locale);
    if (parent !== undefined) values[locale] = parent;
  }
  return values;
};

const scripts = () => {
  const all = read("cldr-core/scriptMetadata.json").scriptMetadata;
  return { rtl: Object.keys(all).filter((it) => all[it].rtl === "YES").sort().join(" ") };
};

const digits = () => {
  const values = {};
  for (const [code, { _digits }] of Object.entries(supplemental("currencyData").currencyData.fractions)) {
    if (code !== "DEFAULT" && _digits !== "2") values[code] = _digits;
  }
  return values;
};

/** The plural category of a range, by language and the categories of its ends. */
const ranges = () => {
  const values = {};
  for (const [language, pairs] of Object.entries(supplemental("pluralRanges").plurals)) {
    for (const [key, value] of Object.entries(pairs)) {
      const [, start, end] = /^pluralRange-start-(\w+)-end-(\w+)$/.exec(key);
      values[`${language}.${start}.${end}`] = value;
    }
  }
  return values;
};

export const addRoot = (archive) => {
  archive.add("root/locales", available());
  archive.add("root/parents", parents());
  archive.add("root/regions", regions());
  archive.add("root/numberingSystems", numberingSystems());
  archive.add("root/aliases", aliases());
  archive.add("root/pluralRanges", ranges());
  archive.add("root/supported", supported());
  archive.add("root/scripts", scripts());
  archive.add("root/currencies", digits());
};
