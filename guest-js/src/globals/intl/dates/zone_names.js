(native, internals) => {
  const { findZone, localeDatum, rootDatum, zoneOffset } = native;
  const { apply } = Reflect;
  const { indexOf, lastIndexOf, replace, slice, split } = String.prototype;
  const { abs, floor } = Math;
  const { fill } = internals.intl.patterns;

  const two = (number) => (number < 10 ? `0${number}` : `${number}`);
  const isDigit = (unit) => unit >= "0" && unit <= "9";

  /** Returns `±hh:mm` for such an offset, or for `±hhmm` and `±hh`. Undefined for other texts. */
  const offsetZone = (text) => {
    const { length } = text;
    if ((text[0] !== "+" && text[0] !== "-") || (length !== 3 && length !== 5 && length !== 6)) return undefined;
    const minutes = length === 3 ? "00" : apply(slice, text, [-2]);
    if (length === 6 && text[3] !== ":") return undefined;
    const hours = apply(slice, text, [1, 3]);
    if (!isDigit(hours[0]) || !isDigit(hours[1]) || !isDigit(minutes[0]) || !isDigit(minutes[1])) return undefined;
    if (+hours > 23 || +minutes > 59) return undefined;
    const sign = +hours === 0 && +minutes === 0 ? "+" : text[0];
    return `${sign}${hours}:${minutes}`;
  };

  /** Returns the name of a zone as it is written in the database, or undefined. */
  const zoneNamed = (text) => {
    const found = findZone(text);
    return found === "Etc/Unknown" || found === "localtime" || found === "Factory" ? undefined : found ?? undefined;
  };

  // The zone that was asked for last, and what it answered.
  let lastZone;
  let lastTime;
  let last;
  const offsetOf = (zone, time) => {
    if (zone === "UTC") return 0;
    return at(zone, time).seconds;
  };
  const at = (zone, time) => {
    if (zone[0] === "+" || zone[0] === "-") {
      const minutes = +apply(slice, zone, [1, 3]) * 60 + +apply(slice, zone, [4]);
      return { __proto__: null, seconds: (zone[0] === "-" ? -60 : 60) * minutes, daylight: false };
    }
    if (lastZone !== zone || lastTime !== time) {
      last = zoneOffset(zone, time) ?? { __proto__: null, seconds: 0, daylight: false };
      lastZone = zone;
      lastTime = time;
    }
    return last;
  };

  const gmt = (data, digits, seconds, long) => {
    const datum = (key) => localeDatum("zones", data, key);
    if (seconds === 0) return datum("zero") ?? "GMT";
    const forms = apply(split, datum("hour") ?? "+HH:mm;-HH:mm", [";"]);
    const form = seconds < 0 ? forms[1] : forms[0];
    const size = abs(seconds);
    const hours = floor(size / 3600);
    const minutes = floor(size / 60) % 60;
    const separator = form[apply(indexOf, form, ["m"]) - 1];
    let text = digits(long ? two(hours) : `${hours}`);
    const exact = long || minutes !== 0 || size % 60 !== 0;
    if (exact) text += separator + digits(two(minutes));
    if (size % 60 !== 0) text += separator + digits(two(size % 60));
    const start = apply(indexOf, form, ["H"]);
    const end = apply(lastIndexOf, form, ["m"]) + 1;
    const whole = apply(slice, form, [0, start]) + text + (exact ? apply(slice, form, [end]) : "");
    return apply(replace, datum("gmt") ?? "GMT{0}", ["{0}", () => whole]);
  };

  /** Returns the name of a zone at a time, as a letter and a length of CLDR's patterns ask for it. */
  const zoneName = (data, digits, zone, time, letter, length) => {
    const { seconds, daylight } = at(zone, time);
    const size = length === 4 ? "l" : "s";
    if (letter === "O" || zone[0] === "+" || zone[0] === "-") return gmt(data, digits, seconds, length === 4);
    const datum = (key) => localeDatum("zones", data, key);
    const canonical = rootDatum("zones", `${zone}.is`) ?? zone;
    const meta = rootDatum("zones", `${canonical}.in`);
    const named = (kind) =>
      datum(`${canonical}.${size}.${kind}`) ?? (meta === undefined ? undefined : datum(`${meta}.${size}.${kind}`));
    if (letter === "v") {
      const generic = named("generic") ?? (usesDaylight(zone, time) ? undefined : named("standard"));
      if (generic !== undefined) return generic;
      const city = datum(`${canonical}.city`) ??
        apply(replace, apply(slice, canonical, [apply(lastIndexOf, canonical, ["/"]) + 1]), ["_", " "]);
      if (apply(indexOf, canonical, ["Etc/"]) === 0) return gmt(data, digits, seconds, length === 4);
      return apply(replace, datum("region") ?? "{0}", ["{0}", () => city]);
    }
    return named(daylight ? "daylight" : "standard") ?? gmt(data, digits, seconds, length === 4);
  };

  const HALF_YEAR = 15778800000;
  const usesDaylight = (zone, time) => {
    const now = zoneOffset(zone, time);
    const then = zoneOffset(zone, time + HALF_YEAR);
    return now?.daylight === true || then?.daylight === true;
  };

  internals.intl.zones = { __proto__: null, offsetOf, offsetZone, zoneName, zoneNamed };
}
