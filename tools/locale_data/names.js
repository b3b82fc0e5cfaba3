// The names that `Intl.DisplayNames` returns. The names of currencies are those of numbers.js.

import { main } from "./cldr.js";

const STYLES = { short: "short", narrow: "narrow", menu: "", variant: "" };

const set = (values, prefix, names) => {
  for (const [key, value] of Object.entries(names ?? {})) {
    const [, code, alternative] = /^(.+?)(?:-alt-(.+))?$/.exec(key);
    if (alternative === undefined) {
      if (value !== code) values[`${prefix}.${code}`] = value;
    } else if (STYLES[alternative]) values[`${prefix}.${code}.${STYLES[alternative]}`] = value;
  }
};

const names = (locale) => {
  const of = (file) => main("localenames", locale, file)?.localeDisplayNames;
  const values = {};
  set(values, "l", of("languages")?.languages);
  set(values, "r", of("territories")?.territories);
  set(values, "s", of("scripts")?.scripts);
  const others = of("localeDisplayNames");
  set(values, "v", of("variants")?.variants);
  set(values, "c", others?.types?.calendar);
  const { localePattern, localeSeparator, localeKeyTypePattern } = others?.localeDisplayPattern ?? {};
  Object.assign(values, { pattern: localePattern, separator: localeSeparator, keyType: localeKeyTypePattern });
  for (const [key, { displayName }] of Object.entries(main("dates", locale, "dateFields").dates.fields)) {
    if (displayName) values[`f.${key}`] = displayName;
  }
  for (const [key, value] of Object.entries(values)) if (value === undefined) delete values[key];
  return values;
};

export const addNames = (archive) => archive.addKind("names", names);
