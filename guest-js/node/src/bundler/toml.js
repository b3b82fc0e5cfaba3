// TOML, as far as the configuration of a worker needs it: the strings and lists before the first table.
"use strict";

const { MAX_LENGTH } = require("./jsonc.js");

/** The deepest nesting of lists and inline tables that is read. */
const MAX_DEPTH = 64;

const SPACE = /[ \t]*/y;
const GAP = /(?:[ \t\r\n]+|#[^\n]*)*/y;
const END_OF_LINE = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const BARE_KEY = /[\w-]+/y;
// A number, a boolean or a date, whose value is not needed.
const OTHER = /(?:true|false|[+-]?(?:inf|nan|\d[\w.+:-]*(?: \d\d:[\w.+:-]*)?))/y;
const ESCAPE = /\\(?:([btnfre"\\])|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([ \t]*\r?\n[ \t\r\n]*)|)/g;
const ESCAPED = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b", '"': '"', "\\": "\\" };

class Reader {
  #text;
  #at = 0;

  constructor(text) {
    if (text.length > MAX_LENGTH) throw new RangeError(`longer than ${MAX_LENGTH} characters`);
    this.#text = text;
  }

  #error() {
    return new SyntaxError(`no TOML at character ${this.#at}`);
  }
  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) throw this.#error();
    this.#at = pattern.lastIndex;
    return found[0];
  }
  /** Skips a token. Returns false if another one follows. */
  #skip(token) {
    const is = this.#text.startsWith(token, this.#at);
    if (is) this.#at += token.length;
    return is;
  }
  #require(token) {
    if (!this.#skip(token)) throw this.#error();
  }

  /** Returns the index of the quotes that end a string. */
  #endOf(quotes) {
    const special = quotes[0] === '"' ? new RegExp(`\\\\|${quotes}`, "g") : new RegExp(quotes, "g");
    special.lastIndex = this.#at;
    let found;
    while ((found = special.exec(this.#text)) && found[0] === "\\") special.lastIndex = found.index + 2;
    if (!found) throw this.#error();
    let end = found.index;
    // The content of a long string may end in one or two quotes.
    for (let more = 0; quotes.length === 3 && more < 2 && this.#text[end + 3] === quotes[0]; more++) end++;
    return end;
  }
  #string() {
    const quote = this.#text[this.#at];
    const isLong = this.#skip(quote.repeat(3));
    if (!isLong) this.#at++;
    const quotes = isLong ? quote.repeat(3) : quote;
    const end = this.#endOf(quotes);
    let raw = this.#text.slice(this.#at, end);
    if (!isLong && raw.includes("\n")) throw this.#error();
    this.#at = end + quotes.length;
    if (isLong) raw = raw.replace(/^\r?\n/, "");
    if (quote === "'") return raw;
    return raw.replace(ESCAPE, (_, letter, short, long, newline) => {
      if (letter) return ESCAPED[letter];
      if (short || long) return String.fromCodePoint(parseInt(short ?? long, 16));
      if (newline) return "";
      throw this.#error();
    });
  }
  #isString() {
    return this.#text[this.#at] === '"' || this.#text[this.#at] === "'";
  }

  /** Returns the key, or `undefined` if it has several parts. */
  #key() {
    let parts = 0;
    let name;
    do {
      this.#match(SPACE);
      name = this.#isString() ? this.#string() : this.#match(BARE_KEY);
      this.#match(SPACE);
      parts++;
    } while (this.#skip("."));
    this.#require("=");
    this.#match(SPACE);
    return parts === 1 ? name : undefined;
  }
  /** Reads what stands between commas up to `end`. */
  #items(end, item) {
    for (;;) {
      this.#match(GAP);
      if (this.#skip(end)) return;
      item();
      this.#match(GAP);
      if (!this.#skip(",")) return void this.#require(end);
    }
  }
  #value(depth = 0) {
    if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
    if (this.#isString()) return this.#string();
    if (this.#skip("[")) {
      const list = [];
      this.#items("]", () => list.push(this.#value(depth + 1)));
      return list;
    }
    if (this.#skip("{")) {
      return this.#items("}", () => {
        this.#key();
        this.#value(depth + 1);
      });
    }
    return void this.#match(OTHER);
  }

  document() {
    const values = new Map();
    for (;;) {
      this.#match(GAP);
      if (this.#at === this.#text.length || this.#text[this.#at] === "[") return Object.fromEntries(values);
      const name = this.#key();
      const value = this.#value();
      this.#match(END_OF_LINE);
      if (values.has(name)) throw this.#error();
      if (name !== undefined) values.set(name, value);
    }
  }
}

/**
 * Returns the values under plain keys before the first table. A value that is no string and no list is
 * `undefined`. Errors if that part is no TOML. What follows is not read.
 */
const parse = (text) => new Reader(text).document();

module.exports = { parse };
