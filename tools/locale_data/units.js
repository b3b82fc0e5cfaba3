// Units: the ones that ECMA-402 sanctions, and the compounds of them that CLDR has a text for.

import { main } from "./cldr.js";

export const simpleUnits = new Set(`acre bit byte celsius centimeter day degree fahrenheit fluid-ounce foot gallon
gigabit gigabyte gram hectare hour inch kilobit kilobyte kilogram kilometer liter megabit megabyte meter microsecond
mile mile-scandinavian milliliter millimeter millisecond minute month nanosecond ounce percent petabyte pound second
stone terabit terabyte week yard year`.split(/\s+/));

const isWanted = (unit) => simpleUnits.has(unit) || unit.split("-per-").every((it) => simpleUnits.has(it));

export const addUnits = (archive) => archive.addKind("units", (locale) => {
  const values = {};
  const { units } = main("units", locale, "units");
  for (const style of ["long", "short", "narrow"]) {
    for (const [name, unit] of Object.entries(units[style])) {
      if (name === "per") values[`${style}.per`] = unit.compoundUnitPattern;
      const short = name.slice(name.indexOf("-") + 1);
      if (!isWanted(short) || name === "per") continue;
      if (unit.perUnitPattern) values[`${style}.${short}.per`] = unit.perUnitPattern;
      for (const [key, value] of Object.entries(unit)) {
        const count = /^unitPattern-count-(\w+)$/.exec(key)?.[1];
        if (count && (count === "other" || value !== unit["unitPattern-count-other"])) values[`${style}.${short}.${count}`] = value;
      }
    }
  }
  return values;
});
