(native, internals) => {
  const { localeDatum, resizedTag, rootDatum, tagParts } = native;
  const { bad, canonicalizeLocaleList, coerceOptions, expose, getNumberOption, getOption,
    getBooleanOption, getTypeOption, hide, numberingSystems, outOfRange, push, readMatcher,
    resolveLocale, set, words } = internals.intl;
  const { of: patternsOf, parse, fieldsOf, FIELDS, fill } = internals.intl.patterns;
  const { offsetZone, zoneNamed } = internals.intl.zones;
  const { TYPES, digitsOf, fieldsAt, inCalendar, periodOf, write } = internals.intl.dateFields;
  const { create, defineProperty } = Object;
  const { apply } = Reflect;
  const { slice, split } = String.prototype;
  const { trunc, abs } = Math;
  const { now } = Date;
  const { getTime } = Date.prototype;
  const text = String;
  const TOKEN = {};

  const CYCLES = ["h11", "h12", "h23", "h24"];
  const LETTERS = { __proto__: null, h11: "K", h12: "h", h23: "H", h24: "k" };
  const STYLES = ["full", "long", "medium", "short"];
  const TEXT = ["narrow", "short", "long"];
  const NUMERIC = ["2-digit", "numeric"];
  const ZONE_NAMES = ["short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric"];
  // Each option, the letter of its field and the values it has.
  const COMPONENTS = [
    ["weekday", "E", TEXT], ["era", "G", TEXT], ["year", "y", NUMERIC],
    ["month", "M", ["2-digit", "numeric", "narrow", "short", "long"]], ["day", "d", NUMERIC],
    ["dayPeriod", "B", TEXT], ["hour", "h", NUMERIC], ["minute", "m", NUMERIC],
    ["second", "s", NUMERIC], ["fractionalSecondDigits", "S"], ["timeZoneName", "z", ZONE_NAMES],
  ];
  const LENGTHS = { __proto__: null, numeric: 1, "2-digit": 2, short: 3, long: 4, narrow: 5 };
  const ZONES = {
    __proto__: null,
    short: ["z", 1], long: ["z", 4], shortOffset: ["O", 1], longOffset: ["O", 4],
    shortGeneric: ["v", 1], longGeneric: ["v", 4],
  };

  const string = (value) => (typeof value === "symbol" ? bad("A symbol is no string.") : text(value));

  const CALENDARS = words(
    "gregory buddhist chinese coptic dangi ethioaa ethiopic hebrew indian islamic-civil islamic-tbla " +
    "islamic-umalqura iso8601 japanese persian roc",
  );

  const regionOf = (locale) => {
    const parts = tagParts(locale);
    return parts.region ?? tagParts(resizedTag(locale, true) ?? locale).region ?? "001";
  };

  // The values found for each locale, which has no extension here.
  const knownHours = { __proto__: null };
  const knownCalendars = { __proto__: null };

  const hoursOf = (locale) => knownHours[locale] ??= readHours(locale);
  const readHours = (locale) => {
    const language = apply(split, locale, ["-", 1])[0];
    const region = regionOf(locale);
    return words(rootDatum("regions", `${language}-${region}.hours`) ??
      rootDatum("regions", `${language}_${region}.hours`) ??
      rootDatum("regions", `${region}.hours`) ?? "h23 h12");
  };

  const valuesOf = (key, data, locale) => {
    if (key === "nu") return numberingSystems(data);
    if (key === "hc") return [null, "h11", "h12", "h23", "h24"];
    return knownCalendars[locale] ??= readCalendars(locale);
  };
  const readCalendars = (locale) => {
    const values = [];
    const usual = words(rootDatum("regions", `${regionOf(locale)}.calendars`) ?? "gregory");
    for (let index = 0; index < usual.length; index++) if (usual[index] !== "") push(values, usual[index]);
    for (let index = 0; index < CALENDARS.length; index++) push(values, CALENDARS[index]);
    return values;
  };

  const readZone = (value) => {
    if (value === undefined) return native.timeZone();
    const name = string(value);
    return offsetZone(name) ?? zoneNamed(name) ?? outOfRange(`"${name}" is not a time zone.`);
  };

  /** Adds the fraction of a second behind the seconds. */
  const withFraction = (items, length, decimal) => {
    const result = [];
    let done = false;
    for (let index = 0; index < items.length; index++) {
      push(result, items[index]);
      if (items[index].letter === "s" && !done) {
        push(result, decimal);
        push(result, { __proto__: null, letter: "S", length });
        done = true;
      }
    }
    if (!done) {
      if (result.length > 0) push(result, " ");
      push(result, { __proto__: null, letter: "S", length });
    }
    return result;
  };

  class DateTimeFormat {
    #locale;
    #data;
    #zone;
    #cycle;
    #wanted;
    #patterns;
    #items;
    #settings;
    #system;
    #dateStyle;
    #timeStyle;
    #format;

    constructor(locales, options, token, required = "any", defaults = "date") {
      if (token !== TOKEN) {
        required = "any";
        defaults = "date";
      }
      const requested = canonicalizeLocaleList(locales);
      const given = coerceOptions(options);
      readMatcher(given);
      const ca = getTypeOption(given, "calendar");
      const nu = getTypeOption(given, "numberingSystem");
      const hour12 = getBooleanOption(given, "hour12");
      const cycle = getOption(given, "hourCycle", CYCLES);
      const hc = hour12 === undefined ? cycle : null;
      const found = resolveLocale(requested, { __proto__: null, ca, hc, nu }, ["ca", "hc", "nu"], valuesOf);
      this.#locale = found.locale;
      this.#data = found.data;
      const calendar = found.ca;
      this.#zone = readZone(given.timeZone);
      const wanted = { __proto__: null };
      let some = false;
      let fraction;
      for (let index = 0; index < COMPONENTS.length; index++) {
        const component = COMPONENTS[index];
        const { 0: name, 1: letter, 2: values } = component;
        if (letter === "S") {
          fraction = getNumberOption(given, name, 1, 3);
          if (fraction !== undefined) some = true;
          continue;
        }
        const value = getOption(given, name, values);
        if (value === undefined) continue;
        some = true;
        if (letter === "z") {
          wanted.z = 1;
          wanted.zone = { __proto__: null, letter: ZONES[value][0], length: ZONES[value][1] };
        } else wanted[letter] = LENGTHS[value];
      }
      getOption(given, "formatMatcher", ["basic", "best fit"], "best fit");
      const dateStyle = getOption(given, "dateStyle", STYLES);
      const timeStyle = getOption(given, "timeStyle", STYLES);
      if (dateStyle !== undefined || timeStyle !== undefined) {
        if (some) bad("dateStyle and timeStyle exclude the options of single fields.");
        if (required === "date" && timeStyle !== undefined) bad("timeStyle has no place in a date.");
        if (required === "time" && dateStyle !== undefined) bad("dateStyle has no place in a time.");
        this.#dateStyle = dateStyle;
        this.#timeStyle = timeStyle;
      } else {
        const date = wanted.E ?? wanted.y ?? wanted.M ?? wanted.d;
        const time = wanted.B ?? wanted.h ?? wanted.m ?? wanted.s ?? fraction;
        const needs = !((required !== "time" && date !== undefined) || (required !== "date" && time !== undefined));
        if (needs && defaults !== "time") wanted.y = wanted.M = wanted.d = 1;
        if (needs && defaults !== "date") wanted.h = wanted.m = wanted.s = 1;
      }
      const allowed = hoursOf(apply(split, found.locale, ["-u-", 1])[0]);
      const usual = allowed[0] ?? "h23";
      let twelve = "h12";
      for (let index = allowed.length - 1; index >= 0; index--) {
        if (allowed[index] === "h11" || allowed[index] === "h12") twelve = allowed[index];
      }
      const hours = hour12 === true ? twelve : hour12 === false ? "h23" : found.hc ?? usual;
      const patterns = this.#patterns = patternsOf(found.data, calendar);
      const letter = wanted.hour = LETTERS[hours];
      let items;
      if (dateStyle !== undefined || timeStyle !== undefined) {
        items = this.#styled(calendar, dateStyle, timeStyle, letter);
        this.#wanted = fieldsOf(items);
        this.#wanted.hour = letter;
      } else {
        if (wanted.B !== undefined && wanted.h !== undefined && (letter === "H" || letter === "k")) {
          wanted.B = undefined;
        }
        this.#wanted = wanted;
        items = patterns.best(wanted);
        if (fraction !== undefined) {
          const decimal = localeDatum("numbers", found.data, `${found.nu}.decimal`) ??
            (found.nu === "arab" || found.nu === "arabext" ? "\u066B"
              : localeDatum("numbers", found.data, "latn.decimal") ?? ".");
          items = withFraction(items, fraction, decimal);
          wanted.S = fraction;
        }
      }
      this.#items = items;
      let shows = { __proto__: null };
      for (let index = 0; index < items.length; index++) {
        if (typeof items[index] !== "string") shows[FIELDS[items[index].letter]] = items[index].length;
      }
      this.#cycle = shows.h === undefined ? undefined : hours;
      this.#system = found.nu;
      this.#settings = { __proto__: null, data: found.data, calendar, digits: digitsOf(found.nu), shows };
    }

    #styled(calendar, dateStyle, timeStyle, letter) {
      const patterns = this.#patterns;
      const position = (style) => {
        for (let index = 0; index < 4; index++) if (STYLES[index] === style) return index;
        return 3;
      };
      const date = dateStyle && parse(patterns.dates[position(dateStyle)] ?? "y-MM-dd");
      let time;
      if (timeStyle !== undefined) {
        time = parse(patterns.times[position(timeStyle)] ?? "HH:mm:ss");
        const fields = fieldsOf(time);
        if (fields.hour !== letter) {
          fields.hour = letter;
          fields.h = 1;
          time = patterns.best(fields);
        }
      }
      return date && time ? patterns.joined(position(dateStyle), date, time) : date ?? time;
    }

    #fields(time) {
      return inCalendar(fieldsAt(time, this.#zone), this.#settings.calendar);
    }

    /** Calls `each` with the type and the text of each part. */
    #write(items, fields, each) {
      const settings = this.#settings;
      let literal = "";
      for (let index = 0; index < items.length; index++) {
        const item = items[index];
        if (typeof item === "string") {
          literal += item;
          continue;
        }
        if (literal !== "") each("literal", literal);
        literal = "";
        each(TYPES[item.letter] ?? "unknown", write(settings, fields, item.letter, item.length));
      }
      if (literal !== "") each("literal", literal);
    }

    static text(format, date) {
      let written = "";
      format.#write(format.#items, format.#fields(timeOf(date)), (_, value) => {
        written += value;
      });
      return written;
    }

    get format() {
      const format = this;
      this.#items;
      return this.#format ??= nameless((date) => toText(format, date));
    }

    formatToParts(date) {
      const items = this.#items;
      const parts = [];
      this.#write(items, this.#fields(timeOf(date)), (type, value) => {
        const part = {};
        set(part, "type", type);
        set(part, "value", value);
        push(parts, part);
      });
      return parts;
    }

    formatRange(start, end) {
      this.#items;
      let written = "";
      this.#range(start, end, (_, value) => {
        written += value;
      });
      return written;
    }

    formatRangeToParts(start, end) {
      this.#items;
      const parts = [];
      this.#range(start, end, (type, value, source) => {
        const part = {};
        set(part, "type", type);
        set(part, "value", value);
        set(part, "source", source);
        push(parts, part);
      });
      return parts;
    }

    #range(start, end, each) {
      if (start === undefined || end === undefined) bad("A range needs a start and an end.");
      const from = +start;
      const to = +end;
      const first = this.#fields(clip(from));
      const last = this.#fields(clip(to));
      const { shows } = this.#settings;
      const dated = shows.G ?? shows.y ?? shows.M ?? shows.E ?? shows.d;
      const sameDay = first.day === last.day && first.month === last.month && first.year === last.year &&
        first.leap === last.leap && first.era === last.era;
      if (dated === undefined && !sameDay) {
        // Times of two days need their dates.
        const wanted = { __proto__: null, y: 1, M: 1, d: 1 };
        for (const key in this.#wanted) wanted[key] = this.#wanted[key];
        const date = this.#patterns.part(this.#patterns.half(wanted, true));
        this.#apart(this.#patterns.joined(3, date, this.#items), first, last, each);
        return;
      }
      const difference = this.#difference(first, last);
      if (difference === undefined) {
        this.#write(this.#items, first, (type, value) => each(type, value, "shared"));
        return;
      }
      const wanted = this.#wanted;
      const patterns = this.#patterns;
      const inDate = difference === "G" || difference === "y" || difference === "M" || difference === "d";
      let items;
      const date = patterns.half(wanted, true);
      const time = patterns.half(wanted, false);
      if (wanted.S === undefined && difference !== "s" && difference !== "S") {
        if (inDate && time === undefined && !patterns.cyclic) items = patterns.interval(date, difference);
        else if (!inDate && time !== undefined) {
          items = patterns.interval(time, difference);
          // A day period in the pattern may be what differs.
          if (items !== undefined && date !== undefined) {
            items = patterns.joined(wanted.M === 4 ? 1 : wanted.M === 3 ? 2 : 3, patterns.part(date), items);
          }
        }
      }
      if (items !== undefined) this.#writeRange(items, first, last, each);
      else this.#apart(this.#items, first, last, each);
    }

    /** Writes both ends of a range in full. */
    #apart(items, first, last, each) {
      const parts = apply(split, this.#patterns.between, ["{"]);
      for (let index = 0; index < parts.length; index++) {
        const number = index > 0 ? parts[index][0] : "";
        if (number === "0") this.#write(items, first, (type, value) => each(type, value, "startRange"));
        if (number === "1") this.#write(items, last, (type, value) => each(type, value, "endRange"));
        const rest = index > 0 ? apply(slice, parts[index], [2]) : parts[index];
        if (rest !== "") each("literal", rest, "shared");
      }
    }

    /** Returns the letter of the greatest field that is shown and differs, if there is one. */
    #difference(first, last) {
      const { shows } = this.#settings;
      const date = shows.G ?? shows.y ?? shows.M ?? shows.E ?? shows.d;
      if (date !== undefined) {
        if (first.era !== last.era && (shows.G !== undefined || shows.y !== undefined)) return shows.G !== undefined ? "G" : "y";
        if (first.year !== last.year && (shows.y !== undefined)) return "y";
        if ((first.month !== last.month || first.leap !== last.leap || first.year !== last.year) && (shows.M !== undefined)) {
          if (first.month !== last.month || first.leap !== last.leap) return "M";
        }
        if (first.day !== last.day && shows.d !== undefined) return "d";
        if (shows.E !== undefined && first.weekday !== last.weekday) return "d";
      }
      if (shows.h !== undefined) {
        if (shows.B !== undefined && periodOf(this.#data, first, true) !== periodOf(this.#data, last, true)) return "B";
        const half = this.#cycle === "h11" || this.#cycle === "h12";
        if (half && first.hour < 12 !== last.hour < 12) return "a";
        if (first.hour !== last.hour) return half ? "h" : "H";
      } else if (shows.B !== undefined && periodOf(this.#data, first, true) !== periodOf(this.#data, last, true)) return "B";
      if (shows.m !== undefined && first.minute !== last.minute) return "m";
      if (shows.s !== undefined && first.second !== last.second) return "s";
      if (shows.S !== undefined && pow(first, shows.S) !== pow(last, shows.S)) return "S";
      return undefined;
    }

    #writeRange(items, first, last, each) {
      // The fields that the pattern has twice are those of the start, then those of the end.
      const seen = { __proto__: null };
      let middle = items.length;
      for (let index = 0; index < items.length && middle === items.length; index++) {
        const item = items[index];
        if (typeof item === "string") continue;
        const field = FIELDS[item.letter];
        if (seen[field]) middle = index;
        seen[field] = true;
      }
      const inStart = { __proto__: null };
      const inEnd = { __proto__: null };
      for (let index = 0; index < items.length; index++) {
        const item = items[index];
        if (typeof item !== "string") (index < middle ? inStart : inEnd)[FIELDS[item.letter]] = true;
      }
      const span = (begin, end) => {
        let [low, high] = [-1, -1];
        for (let index = begin; index < end; index++) {
          const item = items[index];
          if (typeof item === "string") continue;
          const field = FIELDS[item.letter];
          if (!inStart[field] || !inEnd[field]) continue;
          if (low < 0) low = index;
          high = index;
        }
        return [low, high];
      };
      const starts = span(0, middle);
      const ends = span(middle, items.length);
      let literal = "";
      let source = "shared";
      const flush = () => {
        if (literal !== "") each("literal", literal, source);
        literal = "";
      };
      for (let index = 0; index < items.length; index++) {
        const item = items[index];
        const next = index >= starts[0] && index <= starts[1] ? "startRange"
          : index >= ends[0] && index <= ends[1] ? "endRange" : "shared";
        if (next !== source) flush();
        source = next;
        if (typeof item === "string") {
          literal += item;
          continue;
        }
        flush();
        const fields = index < middle ? first : last;
        each(TYPES[item.letter] ?? "unknown", write(this.#settings, fields, item.letter, item.length), source);
      }
      flush();
    }

    resolvedOptions() {
      const items = this.#items;
      const answer = {};
      set(answer, "locale", this.#locale);
      set(answer, "calendar", this.#settings.calendar);
      set(answer, "numberingSystem", this.#system);
      set(answer, "timeZone", this.#zone);
      if (this.#cycle !== undefined) {
        set(answer, "hourCycle", this.#cycle);
        set(answer, "hour12", this.#cycle === "h11" || this.#cycle === "h12");
      }
      const styled = this.#dateStyle !== undefined || this.#timeStyle !== undefined;
      for (let index = 0; index < COMPONENTS.length && !styled; index++) {
        const name = COMPONENTS[index][0];
        const letter = COMPONENTS[index][1];
        // Years of most calendars have their era in every pattern.
        if (letter === "G" && this.#wanted.G === undefined) continue;
        for (let at = 0; at < items.length; at++) {
          const item = items[at];
          if (typeof item === "string" || FIELDS[item.letter] !== letter) continue;
          set(answer, name, valueOf(letter, item));
          break;
        }
      }
      if (this.#dateStyle !== undefined) set(answer, "dateStyle", this.#dateStyle);
      if (this.#timeStyle !== undefined) set(answer, "timeStyle", this.#timeStyle);
      return answer;
    }
  }

  const pow = (fields, length) => apply(slice, `${1000 + fields.millisecond}`, [1, 1 + length]);

  /** Returns the value of the option that a field of a pattern stands for. */
  const valueOf = (letter, item) => {
    const { length } = item;
    if (letter === "S") return length;
    if (letter === "z") {
      const size = length === 4 ? "long" : "short";
      return item.letter === "O" ? `${size}Offset` : item.letter === "v" ? `${size}Generic` : size;
    }
    if (letter === "E" || letter === "G" || letter === "B") return length === 5 ? "narrow" : length === 4 ? "long" : "short";
    return length === 2 ? "2-digit" : length === 1 ? "numeric" : length === 5 ? "narrow" : length === 4 ? "long" : "short";
  };

  const clip = (number) => {
    if (!(abs(number) <= 8.64e15)) outOfRange("The date is not valid.");
    return trunc(number) + 0;
  };
  const timeOf = (date) => clip(date === undefined ? now() : +date);

  const nameless = (format) => {
    defineProperty(format, "name", { __proto__: null, value: "" });
    return format;
  };

  const toText = DateTimeFormat.text;
  delete DateTimeFormat.text;
  expose(DateTimeFormat, true);

  // The formats that are used if a program names neither a locale nor options.
  const usual = { __proto__: null };
  const dateText = (date, locales, options, required, defaults) => {
    const time = apply(getTime, date, []);
    if (time !== time) return "Invalid Date";
    if (locales === undefined && options === undefined) {
      usual[defaults] ??= new DateTimeFormat(undefined, undefined, TOKEN, required, defaults);
      return toText(usual[defaults], time);
    }
    return toText(new DateTimeFormat(locales, options, TOKEN, required, defaults), time);
  };
  const methods = {
    toLocaleString() {
      return dateText(this, arguments[0], arguments[1], "any", "all");
    },
    toLocaleDateString() {
      return dateText(this, arguments[0], arguments[1], "date", "date");
    },
    toLocaleTimeString() {
      return dateText(this, arguments[0], arguments[1], "time", "time");
    },
  };
  hide(Date.prototype, "toLocaleString", methods.toLocaleString);
  hide(Date.prototype, "toLocaleDateString", methods.toLocaleDateString);
  hide(Date.prototype, "toLocaleTimeString", methods.toLocaleTimeString);
}
