// JSON with comments and trailing commas.
"use strict";

/** The longest text that is read, in UTF-16 code units. */
const MAX_LENGTH = 1 << 20;

/** Returns the index after the string that begins at `start`. */
const endOfString = (text, start) => {
  const special = /["\\]/g;
  special.lastIndex = start + 1;
  for (let found; (found = special.exec(text)); special.lastIndex = found.index + 2) {
    if (found[0] === '"') return found.index + 1;
  }
  return text.length;
};

/** Returns the index after the comment that begins at `start`, or `start` if none does. */
const endOfComment = (text, start) => {
  const end = { "/": "\n", "*": "*/" }[text[start + 1]];
  if (!end) return start;
  const at = text.indexOf(end, start + 2);
  return at < 0 ? text.length : at + end.length;
};

const withoutComments = (text) => {
  const special = /["\/,\]}]/g;
  const parts = [];
  // The index of a comma that nothing but spaces and comments has followed.
  let comma = -1;
  let at = 0;
  for (let found; (found = special.exec(text)); special.lastIndex = at) {
    const between = text.slice(at, found.index);
    parts.push(between);
    if (between.trim() !== "") comma = -1;
    const start = found.index;
    at = start + 1;
    if (found[0] === '"') {
      at = endOfString(text, start);
      comma = -1;
    } else if (found[0] === "/") {
      at = endOfComment(text, start);
      if (at > start) {
        parts.push(" ");
        continue;
      }
      at = start + 1;
    } else if (found[0] === ",") {
      comma = parts.length;
    } else if (comma >= 0) {
      parts[comma] = "";
      comma = -1;
    }
    parts.push(text.slice(start, at));
  }
  parts.push(text.slice(at));
  return parts.join("");
};

/** Returns the value of a text. Errors if it is none, or too long. */
const parse = (text) => {
  if (text.length > MAX_LENGTH) throw new RangeError(`longer than ${MAX_LENGTH} characters`);
  return JSON.parse(withoutComments(text.startsWith("\ufeff") ? text.slice(1) : text));
};

module.exports = { MAX_LENGTH, parse };
