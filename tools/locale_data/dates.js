// Dates and times: names, patterns, intervals, and the names of time zones.
//
// A value that is a list has the separator US between its items. An item that has a key has "="
// between both.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { locales, main, read, supplemental } from "./cldr.js";

const list = (items) => items.join("\x1f");
const pairs = (entries) => list(entries.map(([key, value]) => `${key}=${value}`));
const text = (value) => (typeof value === "string" ? value : value._value);
const FORMS = { abbreviated: "a", narrow: "n", wide: "w", short: "s" };
const STYLES = ["full", "long", "medium", "short"];
const PARTS = "GyMLEdcBabhHkKmsvz";

const setNames = (values, prefix, names) => {
  for (const [use, forms] of Object.entries(names ?? {})) {
    for (const [form, items] of Object.entries(forms)) {
      if (FORMS[form]) values[`${prefix}.${use[0]}${FORMS[form]}`] = list(Object.values(items));
    }
  }
};

const setPatterns = (values, calendar, data) => {
  const set = (key, formats) => {
    if (formats?.full) values[`${calendar}.${key}`] = list(STYLES.map((style) => text(formats[style])));
  };
  set("date", data.dateFormats);
  set("time", data.timeFormats);
  set("join", data.dateTimeFormats);
  set("at", data["dateTimeFormats-atTime"]?.standard);
  const { availableFormats, appendItems, intervalFormats } = data.dateTimeFormats ?? {};
  if (availableFormats) {
    const usable = Object.entries(availableFormats).filter(
      ([skeleton]) => /^[A-Za-z]+$/.test(skeleton) && [...skeleton].every((it) => PARTS.includes(it) || it === "U" || it === "r"),
    );
    values[`${calendar}.available`] = pairs(usable.map(([key, value]) => [key, text(value)]));
  }
  if (appendItems) values[`${calendar}.append`] = pairs(Object.entries(appendItems));
  if (intervalFormats) {
    values[`${calendar}.between`] = intervalFormats.intervalFormatFallback;
    const items = [];
    for (const [skeleton, patterns] of Object.entries(intervalFormats)) {
      if (typeof patterns === "string") continue;
      for (const [letter, pattern] of Object.entries(patterns)) {
        if (letter.length === 1) items.push([`${skeleton}/${letter}`, text(pattern)]);
      }
    }
    values[`${calendar}.intervals`] = pairs(items);
  }
};

const ERAS = { eraNames: "w", eraAbbr: "a", eraNarrow: "n" };
const setEras = (values, calendar, eras) => {
  for (const [form, key] of Object.entries(ERAS)) {
    const usual = Object.entries(eras?.[form] ?? {}).filter(([index]) => /^\d+$/.test(index));
    // Japanese: those before Meiji have no calendar that counts in them.
    if (usual.length > 0) values[`${calendar}.eras.${key}`] = pairs(calendar === "japanese" ? usual.slice(-5) : usual);
  }
};

const fields = (locale) => {
  const names = main("dates", locale, "dateFields").dates.fields;
  return pairs(["era", "year", "month", "weekday", "day", "dayperiod", "hour", "minute", "second", "zone"]
    .map((key) => [key, names[key]?.displayName ?? key]));
};

const dates = (locale) => {
  const values = {};
  const gregory = main("dates", locale, "ca-gregorian").dates.calendars.gregorian;
  setNames(values, "gregory.months", gregory.months);
  setNames(values, "gregory.days", gregory.days);
  for (const [use, forms] of Object.entries(gregory.dayPeriods)) {
    for (const [form, items] of Object.entries(forms)) {
      const usual = Object.entries(items).filter(([key]) => !key.includes("-alt-"));
      values[`gregory.periods.${use[0]}${FORMS[form]}`] = pairs(usual);
    }
  }
  setEras(values, "gregory", gregory.eras);
  setPatterns(values, "gregory", gregory);
  setPatterns(values, "generic", main("dates", locale, "ca-generic").dates.calendars.generic);
  values.fields = fields(locale);
  return values;
};

// The packages of the other calendars, which have versions of their own, and what CLDR calls
// each calendar.
const CALENDARS = {
  buddhist: ["buddhist", { buddhist: "buddhist" }],
  chinese: ["chinese", { chinese: "chinese" }],
  coptic: ["coptic", { coptic: "coptic" }],
  dangi: ["dangi", { dangi: "dangi" }],
  ethiopic: ["ethiopic", { ethiopic: "ethiopic" }],
  hebrew: ["hebrew", { hebrew: "hebrew" }],
  indian: ["indian", { indian: "indian" }],
  islamic: ["islamic", { islamic: "islamic" }],
  japanese: ["japanese", { japanese: "japanese" }],
  persian: ["persian", { persian: "persian" }],
  roc: ["roc", { roc: "roc" }],
};
const modules = fileURLToPath(new URL("node_modules/", import.meta.url));

const calendars = (locale) => {
  const values = {};
  const generic = {};
  setPatterns(generic, "generic", main("dates", locale, "ca-generic").dates.calendars.generic);
  for (const [library, names] of Object.values(CALENDARS)) {
    for (const [name, key] of Object.entries(names)) {
      const older = locale === "und" ? "root" : locale;
      const path = [locale, older].map((it) => `cldr-cal-${library}-full/main/${it}/ca-${name}.json`)
        .find((it) => existsSync(modules + it));
      if (!path) continue;
      const file = Object.values(read(path).main)[0];
      const data = file.dates.calendars[name];
      if (name !== "buddhist" && name !== "japanese" && name !== "roc") setNames(values, `${key}.months`, data.months);
      setEras(values, key, data.eras);
      if (data.monthPatterns) values[`${key}.leap`] = data.monthPatterns.format.wide.leap;
      if (name === "chinese" || name === "dangi") {
        const cycle = data.cyclicNameSets?.years?.format?.abbreviated;
        if (cycle) values[`${key}.cycle`] = list(Object.values(cycle));
      }
      setPatterns(values, key, data);
      // The patterns that the calendars have in common are those of the generic one.
      for (const kind of ["available", "append", "between", "intervals", "join", "at", "time"]) {
        const own = values[`${key}.${kind}`];
        if (own === undefined) continue;
        const shared = new Set((generic[`generic.${kind}`] ?? "").split("\x1f"));
        const items = own.split("\x1f").filter((it) => !shared.has(it));
        if (kind === "time" || items.length === 0) delete values[`${key}.${kind}`];
        else if (kind === "available" || kind === "intervals") values[`${key}.${kind}`] = list(items);
      }
    }
  }
  return values;
};

const zones = (locale) => {
  const names = main("dates", locale, "timeZoneNames").dates.timeZoneNames;
  const values = {
    hour: names.hourFormat, gmt: names.gmtFormat, zero: names.gmtZeroFormat, region: names.regionFormat,
    "region.daylight": names["regionFormat-type-daylight"], "region.standard": names["regionFormat-type-standard"],
  };
  const set = (prefix, entry) => {
    for (const length of ["long", "short"]) {
      for (const [kind, value] of Object.entries(entry[length] ?? {})) {
        if (value !== "∅∅∅") values[`${prefix}.${length[0]}.${kind}`] = value;
      }
    }
  };
  const visit = (prefix, node) => {
    for (const [key, child] of Object.entries(node)) {
      const name = prefix ? `${prefix}/${key}` : key;
      if (child._type !== "zone" && !("exemplarCity" in child) && !("long" in child) && !("short" in child)) {
        visit(name, child);
        continue;
      }
      if (child.exemplarCity) values[`${name}.city`] = child.exemplarCity;
      set(name, child);
    }
  };
  visit("", names.zone);
  for (const [key, entry] of Object.entries(names.metazone ?? {})) set(key, entry);
  return values;
};

/** The time zones: what CLDR calls them, and the metazone that each is in. */
const zoneNames = () => {
  const values = {};
  for (const [id, zone] of Object.entries(read("cldr-bcp47/bcp47/timezone.json").keyword.u.tz)) {
    if (id.startsWith("_") || !zone._alias) continue;
    const [first, ...others] = zone._alias.split(" ");
    for (const other of others) values[`${other}.is`] = first;
  }
  const visit = (prefix, node) => {
    for (const [key, child] of Object.entries(node)) {
      const name = prefix ? `${prefix}/${key}` : key;
      if (!Array.isArray(child)) {
        visit(name, child);
        continue;
      }
      const last = child.at(-1).usesMetazone;
      if (!last._to) values[`${name}.in`] = last._mzone;
    }
  };
  visit("", supplemental("metaZones").metaZones.metazoneInfo.timezone);
  return values;
};

const dayPeriods = () => {
  const values = {};
  const rules = supplemental("dayPeriods")["dayPeriodRuleSet"] ?? read("cldr-core/supplemental/dayPeriods.json").supplemental.dayPeriodRuleSet;
  for (const [locale, periods] of Object.entries(rules)) {
    values[locale === "root" ? "und" : locale] = list(Object.entries(periods).map(([name, rule]) =>
      rule._at ? `${name}=${rule._at}` : `${name}=${rule._from} ${rule._before}`));
  }
  return values;
};

export const addDates = (archive) => {
  archive.add("root/zones", zoneNames());
  archive.add("root/periods", dayPeriods());
  archive.addKind("dates", dates);
  archive.addKind("calendars", calendars);
  archive.addKind("zones", zones);
};
