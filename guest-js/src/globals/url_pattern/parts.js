(native, internals) => {
  const { patterns, streams } = internals;
  const { bad } = streams;
  const { charAt, cut, isNamePart } = patterns;
  const { apply } = Reflect;
  const { exec } = RegExp.prototype;
  const Expression = RegExp;
  const [TEXT, REGEXP, SEGMENT, ANY] = ["fixed-text", "regexp", "segment-wildcard", "full-wildcard"];
  const EVERYTHING = ".*";

  const escaper = (chars) => {
    const known = { __proto__: null };
    for (const char of chars) known[char] = `\\${char}`;
    return (text) => {
      let escaped = "";
      for (let at = 0; at < text.length; at++) escaped += known[text[at]] ?? text[at];
      return escaped;
    };
  };
  const escapeRegExp = escaper(".+*?^${}()[]|/\\");
  const escapePattern = (patterns.escape = escaper("+*?:{}()\\"));

  const segmentOf = (options) => `[^${escapeRegExp(options.delimiter)}]+?`;

  /** Parses a pattern into parts. `encode` makes a text canonical for its component. */
  const partsOf = (text, options, encode) => {
    const tokens = patterns.tokens(text, false);
    const segment = segmentOf(options);
    const names = { __proto__: null };
    const parts = [];
    let index = 0;
    let pending = "";
    let number = 0;

    const take = (type) => (tokens[index].type === type ? tokens[index++] : undefined);
    const takeValue = (name) => take("regexp") ?? (name === undefined ? take("asterisk") : undefined);
    const takeModifier = () => (take("other-modifier") ?? take("asterisk"))?.value ?? "";
    const takeRequired = (type) =>
      take(type) ?? bad(`The pattern is invalid at position ${tokens[index].index}: ${text}`);
    const takeText = () => {
      let taken = "";
      for (;;) {
        const token = take("char") ?? take("escaped-char");
        if (token === undefined) return taken;
        taken += token.value;
      }
    };
    const add = (type, value, modifier, name = "", prefix = "", suffix = "") => {
      parts[parts.length] = { __proto__: null, type, value, modifier, name, prefix, suffix };
    };
    const addPending = () => {
      if (pending === "") return;
      add(TEXT, encode(pending), "");
      pending = "";
    };
    const addPart = (prefix, name, value, suffix, modifier) => {
      if (name === undefined && value === undefined && modifier === "") {
        pending += prefix;
        return;
      }
      addPending();
      if (name === undefined && value === undefined) {
        if (prefix !== "") add(TEXT, encode(prefix), modifier);
        return;
      }
      const source = value === undefined ? segment : value.type === "asterisk" ? EVERYTHING : value.value;
      const type = source === segment ? SEGMENT : source === EVERYTHING ? ANY : REGEXP;
      const key = name === undefined ? `${number++}` : name.value;
      if (key in names) bad(`The pattern has two groups of the name ${key}.`);
      names[key] = true;
      add(type, type === REGEXP ? source : "", modifier, key, encode(prefix), encode(suffix));
    };

    for (;;) {
      const char = take("char");
      const name = take("name");
      const value = takeValue(name);
      if (name !== undefined || value !== undefined) {
        let prefix = char?.value ?? "";
        if (prefix !== options.prefix) {
          pending += prefix;
          prefix = "";
        }
        addPending();
        addPart(prefix, name, value, "", takeModifier());
        continue;
      }
      const fixed = char ?? take("escaped-char");
      if (fixed !== undefined) {
        pending += fixed.value;
        continue;
      }
      if (take("open") !== undefined) {
        const prefix = takeText();
        const inner = take("name");
        const source = takeValue(inner);
        const suffix = takeText();
        takeRequired("close");
        addPart(prefix, inner, source, suffix, takeModifier());
        continue;
      }
      addPending();
      takeRequired("end");
      return parts;
    }
  };

  const sourceOf = (part, options) =>
    part.type === SEGMENT ? segmentOf(options) : part.type === ANY ? EVERYTHING : part.value;

  /** Returns the source of the regular expression of a part. */
  const regExpOf = (part, options) => {
    const { modifier } = part;
    if (part.type === TEXT) {
      const text = escapeRegExp(part.value);
      return modifier === "" ? text : `(?:${text})${modifier}`;
    }
    const source = sourceOf(part, options);
    const repeats = modifier === "*" || modifier === "+";
    if (part.prefix === "" && part.suffix === "") {
      return repeats ? `((?:${source})${modifier})` : `(${source})${modifier}`;
    }
    const prefix = escapeRegExp(part.prefix);
    const suffix = escapeRegExp(part.suffix);
    if (!repeats) return `(?:${prefix}(${source})${suffix})${modifier}`;
    const all = `(?:${prefix}((?:${source})(?:${suffix}${prefix}(?:${source}))*)${suffix})`;
    return modifier === "*" ? `${all}?` : all;
  };

  const isDigit = (char) => char >= "0" && char <= "9";

  /** Returns true if a part would be read together with its neighbours without braces. */
  const needsBraces = (part, before, after, options) => {
    if (part.suffix !== "" || (part.prefix !== "" && part.prefix !== options.prefix)) return true;
    if (!isDigit(part.name[0]) && part.type === SEGMENT && part.modifier === "" &&
      after !== undefined && after.prefix === "" && after.suffix === "") {
      const joins = after.type === TEXT
        ? after.value !== "" && isNamePart(charAt(after.value, 0), false)
        : isDigit(after.name[0]);
      if (joins) return true;
    }
    return part.prefix === "" && before !== undefined && before.type === TEXT &&
      options.prefix !== "" && before.value[before.value.length - 1] === options.prefix;
  };

  /** Returns a part as a pattern, as short as can be. */
  const patternOf = (part, before, after, options) => {
    const { type, value, modifier, name, prefix, suffix } = part;
    if (type === TEXT) {
      const text = escapePattern(value);
      return modifier === "" ? text : `{${text}}${modifier}`;
    }
    const isNamed = !isDigit(name[0]);
    const braces = needsBraces(part, before, after, options);
    let text = escapePattern(prefix);
    if (isNamed) text += `:${name}`;
    if (type === REGEXP) {
      text += `(${value})`;
    } else if (type === SEGMENT && !isNamed) {
      text += `(${segmentOf(options)})`;
    } else if (type === ANY) {
      const isAlone = before === undefined || before.type === TEXT || before.modifier !== "" || braces || prefix !== "";
      text += !isNamed && isAlone ? "*" : `(${EVERYTHING})`;
    }
    if (type === SEGMENT && isNamed && suffix !== "" && isNamePart(charAt(suffix, 0), false)) text += "\\";
    text += escapePattern(suffix);
    return braces ? `{${text}}${modifier}` : `${text}${modifier}`;
  };

  // With the flag `v` the engine refuses some punctuation outside of classes, too, such as "::".
  const FLAGS = ["v", "u"];
  const expressionOf = (source, flags) => {
    for (let index = 0; index < FLAGS.length; index++) {
      try {
        return new Expression(source, `${FLAGS[index]}${flags}`);
      } catch { /* The next flag may do. */ }
    }
    return undefined;
  };

  /** Compiles the pattern of a component. */
  patterns.compile = (text, options, encode) => {
    const parts = partsOf(text, options, encode);
    const names = [];
    let source = "^";
    let pattern = "";
    let hasRegExp = false;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      source += regExpOf(part, options);
      pattern += patternOf(part, parts[index - 1], parts[index + 1], options);
      if (part.type !== TEXT) names[names.length] = part.name;
      hasRegExp ||= part.type === REGEXP;
    }
    const expression = expressionOf(`${source}$`, options.ignoreCase ? "i" : "");
    if (expression === undefined) bad(`The pattern has an invalid regular expression: ${text}`);
    return { __proto__: null, pattern, names, hasRegExp, expression };
  };

  /** Returns the result of a match of a component, or null. */
  patterns.execute = (component, input) => apply(exec, component.expression, [input]);

  const SPECIAL = ["ftp", "file", "http", "https", "ws", "wss"];
  patterns.isSpecial = (scheme) => {
    for (let index = 0; index < SPECIAL.length; index++) {
      if (SPECIAL[index] === scheme) return true;
    }
    return false;
  };
  patterns.matchesSpecial = (component) => {
    for (let index = 0; index < SPECIAL.length; index++) {
      if (patterns.execute(component, SPECIAL[index]) !== null) return true;
    }
    return false;
  };
  patterns.DEFAULT = { __proto__: null, delimiter: "", prefix: "", ignoreCase: false };
  patterns.HOSTNAME = { __proto__: null, delimiter: ".", prefix: "", ignoreCase: false };
  patterns.PATHNAME = { __proto__: null, delimiter: "/", prefix: "/", ignoreCase: false };
}
