(native, internals) => {
  const { apply } = Reflect;
  const { codePointAt, slice } = String.prototype;
  const { exec } = RegExp.prototype;
  const START = /[$_\p{ID_Start}]/u;
  const PART = /[$_\u200C\u200D\p{ID_Continue}]/u;
  const { bad } = internals.streams;

  /** The functions that the files of `URLPattern` share. */
  const patterns = (internals.patterns = { __proto__: null });

  const cut = (patterns.cut = (text, from, to) => apply(slice, text, [from, to]));

  const charAt = (patterns.charAt = (text, at) => {
    const code = apply(codePointAt, text, [at]);
    return cut(text, at, at + (code > 0xFFFF ? 2 : 1));
  });

  const isNamePart = (patterns.isNamePart = (char, isFirst) =>
    apply(exec, isFirst ? START : PART, [char]) !== null);

  const PLAIN = { __proto__: null, "*": "asterisk", "+": "other-modifier", "?": "other-modifier", "{": "open", "}": "close" };

  /** Returns the end of the name that begins at a place. */
  const endOfName = (text, from) => {
    let at = from;
    while (at < text.length) {
      const char = charAt(text, at);
      if (!isNamePart(char, at === from)) break;
      at += char.length;
    }
    return at;
  };

  /** Returns the place after the parenthesis that ends a regular expression, or -1. */
  const endOfRegExp = (text, from) => {
    let depth = 1;
    for (let at = from; at < text.length; at++) {
      const char = text[at];
      if (char > "\x7F" || (at === from && char === "?")) return -1;
      if (char === "\\") {
        at++;
        if (at === text.length || text[at] > "\x7F") return -1;
      } else if (char === ")") {
        depth--;
        if (depth === 0) return at === from ? -1 : at + 1;
      } else if (char === "(") {
        depth++;
        if (text[at + 1] !== "?") return -1;
      }
    }
    return -1;
  };

  /**
   * Splits a pattern into tokens: `{ type, index, value }`. What is no token is refused, or
   * becomes a token of the type "invalid-char" if `isLenient`.
   */
  patterns.tokens = (text, isLenient) => {
    const list = [];
    const add = (type, index, value, next) => {
      list[list.length] = { __proto__: null, type, index, value };
      return next;
    };
    const fail = (index, next) => {
      if (!isLenient) bad(`The pattern is invalid at position ${index}: ${text}`);
      return add("invalid-char", index, cut(text, index, next), next);
    };
    let at = 0;
    while (at < text.length) {
      const char = charAt(text, at);
      const next = at + char.length;
      const plain = PLAIN[char];
      if (plain !== undefined) {
        at = add(plain, at, char, next);
      } else if (char === "\\") {
        if (next === text.length) {
          at = fail(at, next);
        } else {
          const escaped = charAt(text, next);
          at = add("escaped-char", at, escaped, next + escaped.length);
        }
      } else if (char === ":") {
        const end = endOfName(text, next);
        at = end === next ? fail(at, next) : add("name", at, cut(text, next, end), end);
      } else if (char === "(") {
        const end = endOfRegExp(text, next);
        at = end < 0 ? fail(at, next) : add("regexp", at, cut(text, next, end - 1), end);
      } else {
        at = add("char", at, char, next);
      }
    }
    add("end", at, "", at);
    return list;
  };
}
