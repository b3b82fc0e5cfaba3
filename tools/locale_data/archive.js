// Writes tables of strings, one for each locale and kind, to an archive.
//
// A table is text: a line for each key, with a tab before the value. It begins with a line end,
// so that a search for "\nkey\t" finds every key. What a locale has in common with its parent
// is left out, and so is a table that has nothing else. The value DEL says that a locale has no
// value where its parent has one.
//
// An archive is the name and the deflated text of each table, in the order of the names, each
// after its length, which is little-endian and has four bytes.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { locales, parentOf } from "./cldr.js";

export class Archive {
  #tables = new Map();

  /** Adds a table: an object of strings. */
  add(name, values) {
    const lines = Object.entries(values).map(([key, value]) => {
      if (/[\n\t]/.test(key) || /\n/.test(value)) throw new Error(`${name}: ${key} has a line end`);
      return `${key}\t${value}\n`;
    });
    if (lines.length > 0) this.#tables.set(name, Buffer.from(`\n${lines.sort().join("")}`));
  }

  /** Adds the tables of a kind. */
  addKind(kind, valuesOf) {
    const all = new Map();
    for (const locale of locales) {
      const values = valuesOf(locale);
      all.set(locale, values);
      const parent = all.get(parentOf(locale)) ?? {};
      const own = Object.fromEntries(Object.entries(values).filter(([key, value]) => parent[key] !== value));
      for (const key of Object.keys(parent)) if (!(key in values)) own[key] = "\x7f";
      this.add(`${kind}/${locale}`, own);
    }
  }

  write(file) {
    const names = [...this.#tables.keys()].sort();
    const number = (value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes;
    };
    const part = (bytes) => [number(bytes.length), bytes];
    const parts = names.flatMap((name) => [...part(Buffer.from(name)), ...part(deflateRawSync(this.#tables.get(name), { level: 9 }))]);
    const folder = fileURLToPath(new URL("../../runtime-host/guests/locales/", import.meta.url));
    mkdirSync(folder, { recursive: true });
    const bytes = Buffer.concat(parts);
    writeFileSync(folder + file, bytes);
    console.log(`${file}: ${names.length} tables, ${bytes.length} bytes`);
  }
}
