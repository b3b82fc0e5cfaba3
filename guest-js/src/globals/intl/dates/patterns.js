(native, internals) => {
  const { localeDatum } = native;
  const { apply } = Reflect;
  const { includes, indexOf, replaceAll, slice, split } = String.prototype;
  const { abs } = Math;
  const { push } = internals.intl;

  const has = (text, part) => apply(includes, text, [part]);
  const list = (text) => (text === undefined || text === "" ? [] : apply(split, text, ["\x1f"]));
  const pairs = (text) => {
    const items = list(text);
    const found = { __proto__: null };
    for (let index = 0; index < items.length; index++) {
      const at = apply(indexOf, items[index], ["="]);
      found[apply(slice, items[index], [0, at])] = apply(slice, items[index], [at + 1]);
    }
    return found;
  };

  // Programs that read such texts know the plain space only.
  const plain = (text) => (text === undefined ? text : apply(replaceAll, text, ["\u202F", " "]));

  const isLetter = (unit) => (unit >= "a" && unit <= "z") || (unit >= "A" && unit <= "Z");

  // A pattern is a list of texts and of fields. A field has a letter and a length.
  const parse = (pattern) => {
    const items = [];
    let literal = "";
    const flush = () => {
      if (literal !== "") push(items, literal);
      literal = "";
    };
    for (let index = 0; index < pattern.length;) {
      const unit = pattern[index];
      if (unit === "'") {
        if (pattern[index + 1] === "'") {
          literal += "'";
          index += 2;
          continue;
        }
        for (index++; index < pattern.length; index++) {
          if (pattern[index] !== "'") literal += pattern[index];
          else if (pattern[index + 1] === "'") {
            literal += "'";
            index++;
          } else break;
        }
        index++;
      } else if (isLetter(unit)) {
        flush();
        let length = 1;
        while (pattern[index + length] === unit) length++;
        push(items, { __proto__: null, letter: unit, length });
        index += length;
      } else {
        literal += unit;
        index++;
      }
    }
    flush();
    return items;
  };

  // The letters that stand for the same field.
  const FIELDS = {
    __proto__: null,
    G: "G", y: "y", r: "y", U: "y", Y: "y", M: "M", L: "M", E: "E", c: "E", e: "E", d: "d",
    a: "a", b: "a", B: "B", h: "h", H: "h", K: "h", k: "h", m: "m", s: "s", S: "S",
    z: "z", v: "z", O: "z", V: "z", x: "z", X: "z",
  };
  const DATE = "GyMEd";
  const is24 = (letter) => letter === "H" || letter === "k";

  /** The lengths are made comparable: E is as EEE, G as GGG, yyyy as y. */
  const lengthOf = (field, length) =>
    (field === "E" || field === "G" || field === "B") && length < 3 ? 3
    : field === "y" && length > 2 ? 1
    : length;

  /** Returns the length of each field of a skeleton, and the letter of its hour as `hour`. */
  const fieldsOf = (items) => {
    const found = { __proto__: null };
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (typeof item === "string") continue;
      const field = FIELDS[item.letter];
      if (field === undefined || field === "a") continue;
      found[field] = lengthOf(field, item.length);
      if (field === "h") found.hour = item.letter;
      if (field === "z") found.zone = item;
    }
    return found;
  };

  const ORDER = "GyMEdBhmsz";

  const distance = (field, wanted, length) => {
    const difference = abs(wanted - length);
    return field === "M" && wanted > 2 !== length > 2 ? 100 + difference : difference;
  };

  /**
   * Returns the entry of `available` whose fields are closest to `wanted`. It has no field that
   * is not wanted; `missing` are those that it lacks.
   */
  const closest = (available, wanted) => {
    let best;
    let least = Infinity;
    for (const key in available) {
      const entry = (available[key].fields ??= fieldsOf(parse(key)), available[key]);
      const { fields } = entry;
      if (fields.h !== undefined && wanted.h !== undefined && is24(fields.hour) !== is24(wanted.hour)) continue;
      let total = 0;
      let shared = 0;
      for (let index = 0; index < ORDER.length && total < least; index++) {
        const field = ORDER[index];
        if (fields[field] === undefined) {
          // The field that is written first matters most.
          if (wanted[field] !== undefined) total += 1000 + (has("Md", field) ? 500 : 0);
        } else if (wanted[field] === undefined) total = Infinity;
        else {
          shared++;
          total += distance(field, wanted[field], fields[field]);
        }
      }
      if (total < least && shared > 0) {
        least = total;
        best = entry;
      }
    }
    return best;
  };

  /** Gives the fields of a pattern the lengths that are wanted. */
  const adjust = (items, wanted, fields) => {
    const result = [];
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (typeof item === "string") {
        push(result, item);
        continue;
      }
      const field = FIELDS[item.letter];
      let { letter, length } = item;
      // The period of a day that is not asked for is one of two.
      if (letter === "B" && wanted.B === undefined) {
        letter = "a";
        length = 1;
      } else if (field === "h") {
        letter = wanted.hour ?? letter;
        if (wanted.h === 2 && wanted.h !== fields.h) length = 2;
      } else if (field === "z" && wanted.zone !== undefined) {
        letter = wanted.zone.letter;
        length = wanted.zone.length;
      } else if (field !== "m" && field !== "s" && letter !== "r" && letter !== "U") {
        const asked = wanted[field];
        const keeps = asked === undefined || asked === fields[field] ||
          (field === "M" && length > 2 !== asked > 2);
        if (!keeps) length = asked;
      }
      push(result, { __proto__: null, letter, length });
    }
    return result;
  };

  const NAMES = {
    __proto__: null,
    G: ["Era", "era"], y: ["Year", "year"], M: ["Month", "month"], E: ["Day-Of-Week", "weekday"],
    d: ["Day", "day"], B: ["Hour", "dayperiod"], h: ["Hour", "hour"], m: ["Minute", "minute"],
    s: ["Second", "second"], z: ["Timezone", "zone"],
  };

  /** Fills `{0}`, `{1}` and `{2}` of a pattern with lists of items. */
  const fill = (pattern, ...values) => {
    const items = [];
    const parts = apply(split, pattern, ["{"]);
    for (let index = 0; index < parts.length; index++) {
      let part = parts[index];
      if (index > 0 && part[1] === "}") {
        const value = values[part[0]] ?? [];
        for (let at = 0; at < value.length; at++) push(items, value[at]);
        part = apply(slice, part, [2]);
      }
      const literal = parse(part);
      for (let at = 0; at < literal.length; at++) {
        const item = literal[at];
        push(items, typeof item === "string" ? item : item.letter);
      }
    }
    return items;
  };

  const single = (field, wanted) => [
    field === "h" ? { __proto__: null, letter: wanted.hour, length: wanted.h }
    : field === "z" ? wanted.zone
    : { __proto__: null, letter: field, length: wanted[field] },
  ];

  const without = (wanted, fields) => {
    const left = [];
    for (let index = 0; index < ORDER.length; index++) {
      const field = ORDER[index];
      if (wanted[field] !== undefined && fields[field] === undefined) push(left, field);
    }
    return left;
  };

  // The patterns of a locale and calendar that were used.
  const known = { __proto__: null };

  class Patterns {
    constructor(data, calendar) {
      const gregory = calendar === "gregory" || calendar === "iso8601";
      const base = gregory ? "gregory" : "generic";
      const own = (key) => (gregory ? undefined : localeDatum("calendars", data, `${calendar}.${key}`));
      const either = (key) => plain(own(key) ?? usual(key));
      const usual = (key) => localeDatum("dates", data, `${base}.${key}`) ?? localeDatum("dates", data, `gregory.${key}`);
      this.data = data;
      this.names = undefined;
      this.intervals = undefined;
      this.bests = { __proto__: null };
      this.dates = list(either("date"));
      this.times = list(plain(localeDatum("dates", data, "gregory.time")));
      this.joins = list(plain(own("at") ?? own("join") ?? usual("at") ?? usual("join")));
      this.append = pairs(either("append"));
      this.between = own("between") ?? usual("between") ?? "{0} – {1}";
      const read = (text, into, replaces = true) => {
        const found = pairs(plain(text));
        for (const key in found) {
          if (replaces || into[key] === undefined) into[key] = { __proto__: null, pattern: found[key] };
        }
        return into;
      };
      const named = calendar === "chinese" || calendar === "dangi";
      // Of two that are as close, the first counts: that of the calendar itself, unless its years
      // have names, which numeric dates do not show.
      this.available = named
        ? read(own("available"), read(usual("available"), { __proto__: null }))
        : read(usual("available"), read(own("available"), { __proto__: null }), false);
      // The generic calendar has no times.
      if (!gregory) {
        const times = read(localeDatum("dates", data, "gregory.available"), { __proto__: null });
        for (const key in times) {
          const fields = fieldsOf(parse(key));
          let timeOnly = true;
          for (let index = 0; index < DATE.length; index++) if (fields[DATE[index]] !== undefined) timeOnly = false;
          if (timeOnly) this.available[key] ??= times[key];
        }
      }
      // An interval of years with names has no pattern.
      // The first that has an interval counts.
      this.cyclic = named;
      this.intervalTexts = named ? [] : [own("intervals"), usual("intervals")];
      push(this.intervalTexts, localeDatum("dates", data, "gregory.intervals"));
    }

    part(wanted) {
      const entry = closest(this.available, wanted);
      if (entry === undefined) {
        const first = without(wanted, { __proto__: null })[0];
        return this.appended(single(first, wanted), wanted, { __proto__: null, [first]: 1 });
      }
      const items = adjust(entry.items ??= parse(entry.pattern), wanted, entry.fields);
      return this.appended(items, wanted, entry.fields);
    }

    appended(start, wanted, fields) {
      let items = start;
      const missing = without(wanted, fields);
      for (let index = 0; index < missing.length; index++) {
        const field = missing[index];
        const name = NAMES[field][0];
        const key = NAMES[field][1];
        this.names ??= pairs(localeDatum("dates", this.data, "fields"));
        items = fill(this.append[name] ?? "{0} {1}", items, single(field, wanted), [this.names[key] ?? key]);
      }
      return items;
    }

    /** Returns the wanted fields of the date, or of the time. Undefined if there are none. */
    half(wanted, date) {
      const half = { __proto__: null };
      let some = false;
      for (let index = 0; index < ORDER.length; index++) {
        const field = ORDER[index];
        if (wanted[field] === undefined || has(DATE, field) !== date) continue;
        half[field] = wanted[field];
        some = true;
      }
      if (!date) {
        half.hour = wanted.hour;
        half.zone = wanted.zone;
      }
      return some ? half : undefined;
    }

    /** Returns the pattern of the fields that are wanted. */
    best(wanted) {
      let key = "";
      for (let index = 0; index < ORDER.length; index++) key += `${wanted[ORDER[index]] ?? ""},`;
      if (wanted.h !== undefined) key += wanted.hour;
      if (wanted.zone !== undefined) key += wanted.zone.letter + wanted.zone.length;
      return this.bests[key] ??= this.find(wanted);
    }

    find(wanted) {
      const whole = closest(this.available, wanted);
      if (whole !== undefined && without(wanted, whole.fields).length === 0) return this.part(wanted);
      const date = this.half(wanted, true);
      const time = this.half(wanted, false);
      const dateItems = date && this.part(date);
      const timeItems = time && this.part(time);
      if (!dateItems || !timeItems) return dateItems ?? timeItems ?? [];
      return this.joined(wanted.M === 4 ? (wanted.E === undefined ? 1 : 0) : wanted.M === 3 ? 2 : 3, dateItems, timeItems);
    }

    joined(style, date, time) {
      return fill(this.joins[style] ?? "{1} {0}", time, date);
    }

    /**
     * Returns the pattern of an interval whose greatest difference is in the field that `letter`
     * stands for, or undefined if there is none.
     */
    interval(wanted, letter) {
      this.intervals ??= ((texts) => {
        const entries = { __proto__: null };
        for (let at = 0; at < texts.length; at++) {
          const found = pairs(texts[at]);
          for (const key in found) {
            const parts = apply(split, key, ["/"]);
            const skeleton = parts[0];
            const difference = parts[1];
            entries[skeleton] ??= { __proto__: null, patterns: { __proto__: null } };
            entries[skeleton].patterns[difference] ??= found[key];
          }
        }
        return entries;
      })(this.intervalTexts);
      const entry = closest(this.intervals, wanted);
      if (entry === undefined || without(wanted, entry.fields).length > 0) return undefined;
      const pattern = entry.patterns[letter];
      return pattern === undefined ? undefined : adjust(parse(pattern), wanted, entry.fields);
    }
  }

  internals.intl.patterns = {
    __proto__: null,
    list, pairs, parse, fill, fieldsOf, FIELDS,
    of(data, calendar) {
      return known[`${data} ${calendar}`] ??= new Patterns(data, calendar);
    },
  };
}
