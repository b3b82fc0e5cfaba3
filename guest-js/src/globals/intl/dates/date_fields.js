(native, internals) => {
  const { calendarDate, localeDatum, rootDatum } = native;
  const { apply } = Reflect;
  const { slice, split } = String.prototype;
  const { floor } = Math;
  const { words } = internals.intl;
  const { list, pairs } = internals.intl.patterns;
  const { offsetOf, zoneName } = internals.intl.zones;

  const DAY = 86400000;
  const modulo = (value, by) => value - floor(value / by) * by;

  /** Returns the fields of a time in a zone, in the Gregorian calendar without a beginning. */
  const fieldsAt = (time, zone) => {
    const local = time + offsetOf(zone, time) * 1000;
    const days = floor(local / DAY);
    const rest = local - days * DAY;
    const shifted = days + 719468;
    const cycle = floor(shifted / 146097);
    const inCycle = shifted - cycle * 146097;
    const yearInCycle = floor(
      (inCycle - floor(inCycle / 1460) + floor(inCycle / 36524) - floor(inCycle / 146096)) / 365,
    );
    const inYear = inCycle - (365 * yearInCycle + floor(yearInCycle / 4) - floor(yearInCycle / 100));
    const shiftedMonth = floor((5 * inYear + 2) / 153);
    const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
    return {
      __proto__: null,
      time,
      zone,
      year: yearInCycle + cycle * 400 + (month <= 2 ? 1 : 0),
      month,
      day: inYear - floor((153 * shiftedMonth + 2) / 5) + 1,
      weekday: modulo(days + 4, 7),
      hour: floor(rest / 3600000),
      minute: floor(rest / 60000) % 60,
      second: floor(rest / 1000) % 60,
      millisecond: floor(rest % 1000),
      era: undefined,
      leap: 0,
      related: undefined,
    };
  };

  const ERAS = {
    __proto__: null,
    "coptic.am": "1", "ethiopic.aa": "0", "ethiopic.am": "1", "ethioaa.aa": "0", "roc.broc": "0",
    "roc.roc": "1", "islamic.ah": "0", "islamic.bh": "1", "japanese.meiji": "232",
    "japanese.taisho": "233", "japanese.showa": "234", "japanese.heisei": "235",
    "japanese.reiwa": "236",
  };

  /** The calendar whose names a calendar uses. */
  const named = (calendar) =>
    apply(slice, calendar, [0, 7]) === "islamic" ? "islamic"
    : calendar === "ethioaa" ? "ethiopic"
    : calendar;

  /** Turns the fields of a date into those of another calendar. */
  const inCalendar = (fields, calendar) => {
    if (calendar === "gregory" || calendar === "iso8601") {
      fields.era = fields.year > 0 ? "1" : "0";
      fields.related = fields.year;
      if (fields.year <= 0 && calendar === "gregory") fields.year = 1 - fields.year;
      return fields;
    }
    const found = calendarDate(calendar, fields.year, fields.month, fields.day);
    fields.related = fields.year;
    if (found === null || found === undefined) {
      fields.era = "";
      return fields;
    }
    return { __proto__: null, ...fields, ...found };
  };

  const formOf = (length) => (length === 4 ? "w" : length === 5 ? "n" : "a");

  // The locale data that has been read.
  const known = { __proto__: null };
  const listOf = (kind, data, key) => {
    const name = `${kind} ${data} ${key}`;
    return known[name] ??= list(localeDatum(kind, data, key));
  };
  const pairsOf = (kind, data, key) => {
    const name = `${kind} ${data} ${key} =`;
    return known[name] ??= pairs(localeDatum(kind, data, key));
  };

  const GREGORIAN = { __proto__: null, gregory: true, iso8601: true, buddhist: true, japanese: true, roc: true };

  const eraName = (data, calendar, fields, length) => {
    const form = formOf(length);
    const { era } = fields;
    if (calendar === "gregory" || calendar === "iso8601" || era === "ce" || era === "bce") {
      const index = era === "ce" ? "1" : era === "bce" ? "0" : era;
      return pairsOf("dates", data, `gregory.eras.${form}`)[index] ?? "";
    }
    const name = named(calendar);
    const eras = pairsOf("calendars", data, `${name}.eras.${form}`);
    const found = eras[ERAS[`${name}.${era}`] ?? "0"];
    return found ?? pairsOf("calendars", data, `${name}.eras.a`)[ERAS[`${name}.${era}`] ?? "0"] ?? era ?? "";
  };

  const monthName = (data, calendar, fields, letter, length) => {
    const { month, leap } = fields;
    const use = letter === "L" ? "s" : "f";
    const form = formOf(length);
    if (calendar in GREGORIAN) return listOf("dates", data, `gregory.months.${use}${form}`)[month - 1] ?? `${month}`;
    const name = named(calendar);
    let names = listOf("calendars", data, `${name}.months.${use}${form}`);
    if (names.length === 0) names = listOf("calendars", data, `${name}.months.fw`);
    if (calendar === "hebrew") {
      // Adar I has a place of its own. Adar in a leap year is the last of the list.
      const place = leap === 1 ? 5 : leap === 2 && month === 6 ? 13 : month > 5 ? month : month - 1;
      return names[place] ?? `${month}`;
    }
    const text = names[month - 1] ?? `${month}`;
    return leap === 1 ? leapMonth(data, name, text) : text;
  };

  const leapMonth = (data, name, text) => {
    const parts = apply(split, localeDatum("calendars", data, `${name}.leap`) ?? "{0}bis", ["{0}"]);
    return parts[0] + text + parts[1];
  };

  const minutesOf = (text) => +apply(slice, text, [0, 2]) * 60 + +apply(slice, text, [3, 5]);

  /** Returns the period of the day, such as `morning1`. */
  const periodOf = (data, fields, exact) => {
    const language = apply(split, data, ["-", 1])[0];
    const rules = rulesOf(data) ?? rulesOf(language) ?? rulesOf("und") ?? {};
    const now = fields.hour * 60 + fields.minute;
    let found;
    for (const name in rules) {
      // As in other implementations, midnight is part of the night.
      if (name === "midnight") continue;
      const times = words(rules[name]);
      const from = minutesOf(times[0]);
      if (times.length === 1) {
        if (exact && now === from && fields.second === 0) return name;
      } else {
        const end = minutesOf(times[1]);
        if (from < end ? now >= from && now < end : now >= from || now < end) found = name;
      }
    }
    return found ?? (fields.hour < 12 ? "am" : "pm");
  };
  const rulesOf = (name) => {
    const key = `periods ${name}`;
    if (known[key] === undefined) known[key] = rootDatum("periods", name) === undefined ? null : pairs(rootDatum("periods", name));
    return known[key] ?? undefined;
  };

  const pad = (value, length) => {
    let text = `${value < 0 ? -value : value}`;
    while (text.length < length) text = `0${text}`;
    return value < 0 ? `-${text}` : text;
  };

  const TYPES = {
    __proto__: null,
    G: "era", y: "year", Y: "year", r: "relatedYear", U: "yearName", M: "month", L: "month",
    E: "weekday", c: "weekday", e: "weekday", d: "day", a: "dayPeriod", b: "dayPeriod", B: "dayPeriod",
    h: "hour", H: "hour", K: "hour", k: "hour", m: "minute", s: "second", S: "fractionalSecond",
    z: "timeZoneName", v: "timeZoneName", O: "timeZoneName",
  };

  /** Writes one field of a pattern. `settings` has the locale's data, calendar and digits. */
  const write = (settings, fields, letter, length) => {
    const { data, calendar, digits } = settings;
    const number = (value) => digits(pad(value, length));
    switch (letter) {
      case "G": return eraName(data, calendar, fields, length);
      case "y":
      case "Y": return length === 2 ? digits(pad(modulo(fields.year, 100), 2)) : number(fields.year);
      case "r": return number(fields.related);
      case "U": {
        const names = listOf("calendars", data, `${calendar}.cycle`);
        return names[fields.year - 1] ?? listOf("calendars", "und", "chinese.cycle")[fields.year - 1] ?? number(fields.year);
      }
      case "M":
      case "L": {
        if (length > 2) return monthName(data, calendar, fields, letter, length);
        if (calendar === "hebrew") {
          return number(fields.leap === 1 ? 6 : fields.leap === 2 && fields.month > 5 ? fields.month + 1 : fields.month);
        }
        const text = number(fields.month);
        return fields.leap === 1 ? leapMonth(data, named(calendar), text) : text;
      }
      case "E":
      case "e":
      case "c": {
        const form = length === 4 ? "w" : length === 5 ? "n" : length === 6 ? "s" : "a";
        const names = listOf("dates", data, `gregory.days.${letter === "c" ? "s" : "f"}${form}`);
        return names[fields.weekday] ?? "";
      }
      case "d": return number(fields.day);
      case "a": {
        const names = pairsOf("dates", data, `gregory.periods.f${formOf(length)}`);
        return names[fields.hour < 12 ? "am" : "pm"] ?? (fields.hour < 12 ? "AM" : "PM");
      }
      case "b":
      case "B": {
        const names = pairsOf("dates", data, `gregory.periods.f${formOf(length)}`);
        const exact = !settings.shows.m || fields.minute === 0;
        const period = periodOf(data, fields, exact);
        return names[period] ?? names[fields.hour < 12 ? "am" : "pm"] ?? "";
      }
      case "h": return number(fields.hour % 12 === 0 ? 12 : fields.hour % 12);
      case "H": return number(fields.hour);
      case "K": return number(fields.hour % 12);
      case "k": return number(fields.hour === 0 ? 24 : fields.hour);
      case "m": return number(fields.minute);
      case "s": return number(fields.second);
      case "S": return digits(apply(slice, pad(fields.millisecond, 3), [0, length]));
      case "z":
      case "v":
      case "O": return zoneName(data, digits, fields.zone, fields.time, letter, length);
      default: return "";
    }
  };

  /** Returns a number's digits in a numbering system. */
  const digitsOf = (system) => {
    const all = system === "latn" ? undefined : rootDatum("numberingSystems", system);
    if (all === undefined) return (text) => text;
    const size = all.length / 10;
    return (text) => {
      let written = "";
      for (let index = 0; index < text.length; index++) {
        const unit = text[index];
        written += unit >= "0" && unit <= "9" ? apply(slice, all, [+unit * size, +unit * size + size]) : unit;
      }
      return written;
    };
  };

  internals.intl.dateFields = { __proto__: null, TYPES, digitsOf, fieldsAt, inCalendar, periodOf, write };
}
