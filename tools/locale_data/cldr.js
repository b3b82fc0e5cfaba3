// Reads CLDR's JSON, and lists the locales.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));

export const read = (path) => JSON.parse(readFileSync(modules + path, "utf8"));
export const supplemental = (name) => read(`cldr-core/supplemental/${name}.json`).supplemental;

/** Returns one file of a locale, or undefined if there is none. */
export const main = (library, locale, name) => {
  const path = `cldr-${library}-full/main/${locale}/${name}.json`;
  return existsSync(modules + path) ? read(path).main[locale] : undefined;
};

export const likely = supplemental("likelySubtags").likelySubtags;
const coverage = read("cldr-core/coverageLevels.json").effectiveCoverageLevels;
const explicit = supplemental("parentLocales").parentLocales.parentLocale;

const hasData = (locale) => existsSync(`${modules}cldr-numbers-full/main/${locale}`);

/** The locales with data of their own, `und` first, each after its parent: those that CLDR covers well. */
export const locales = Object.keys(coverage).filter((it) => coverage[it] === "modern")
  .filter((it) => it !== "und" && hasData(it))
  .sort((a, b) => a.split("-").length - b.split("-").length || (a < b ? -1 : 1));
locales.unshift("und");

/** Returns the locale that another one takes its values from, or undefined for the root. */
export const parentOf = (locale) => {
  if (locale === "und") return undefined;
  const named = explicit[locale];
  if (named === "root") return "und";
  const parent = named ?? (locale.includes("-") ? locale.slice(0, locale.lastIndexOf("-")) : "und");
  return locales.includes(parent) ? parent : parentOf(parent);
};

/** Returns the language, script and region that a tag most likely stands for. */
export const maximized = (tag) => {
  const parts = tag.split("-");
  const language = parts.shift();
  const script = parts[0]?.length === 4 ? parts.shift() : undefined;
  const region = parts.shift();
  const found =
    likely[[language, script, region].filter(Boolean).join("-")] ??
    (region && likely[`${language}-${region}`]) ??
    (script && likely[`${language}-${script}`]) ?? likely[language] ?? `${language}-Zzzz-ZZ`;
  const [, likelyScript, likelyRegion] = found.split("-");
  return [language, script ?? likelyScript, region ?? likelyRegion];
};
