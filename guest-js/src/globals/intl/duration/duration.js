(native, internals) => {
  const { bad, isObject, outOfRange } = internals.intl;
  const { apply } = Reflect;
  const { exec } = RegExp.prototype;
  const { slice } = String.prototype;
  const { trunc, abs } = Math;
  const Big = BigInt;
  const plain = Number;

  // In the order in which a program's object is read.
  const READ = [
    "days", "hours", "microseconds", "milliseconds", "minutes", "months", "nanoseconds", "seconds",
    "weeks", "years",
  ];
  const UNITS = [
    "years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds",
    "nanoseconds",
  ];

  const integral = (value) => {
    const number = +value;
    if (number - number !== 0 || trunc(number) !== number) outOfRange("A duration needs integers.");
    return number + 0;
  };

  const TEXT =
    /^([+-])?P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)(?:[.,](\d{1,9}))?H)?(?:(\d+)(?:[.,](\d{1,9}))?M)?(?:(\d+)(?:[.,](\d{1,9}))?S)?)?$/i;

  /** Reads a duration in the format of ISO 8601. */
  const parsed = (text) => {
    const match = apply(exec, TEXT, [text]) ?? outOfRange("The text is not a duration.");
    const {
      1: sign, 2: years, 3: months, 4: weeks, 5: days, 6: hours, 7: hoursPart, 8: minutes, 9: minutesPart,
      10: seconds, 11: secondsPart,
    } = match;
    if ((hoursPart !== undefined && (minutes ?? seconds) !== undefined) || (minutesPart !== undefined && seconds !== undefined)) {
      outOfRange("Only the last unit of a duration can have a fraction.");
    }
    const factor = sign === "-" ? -1 : 1;
    // A fraction is spread over the smaller units.
    const part = hoursPart ?? minutesPart ?? secondsPart ?? "";
    const scale = hoursPart !== undefined ? 3600n : minutesPart !== undefined ? 60n : 1n;
    let rest = Big(apply(slice, `${part}000000000`, [0, 9])) * scale;
    const take = (size) => {
      const count = rest / size;
      rest %= size;
      return plain(count);
    };
    const extraMinutes = take(60_000_000_000n);
    const extraSeconds = take(1_000_000_000n);
    const extra = { milliseconds: take(1_000_000n), microseconds: take(1_000n), nanoseconds: take(1n) };
    const value = (digits, more = 0) => {
      const number = +(digits ?? 0) + more;
      return number === 0 ? 0 : number * factor;
    };
    return {
      __proto__: null,
      years: value(years), months: value(months), weeks: value(weeks), days: value(days),
      hours: value(hours), minutes: value(minutes, extraMinutes), seconds: value(seconds, extraSeconds),
      milliseconds: value(0, extra.milliseconds), microseconds: value(0, extra.microseconds),
      nanoseconds: value(0, extra.nanoseconds),
    };
  };

  const LIMIT = 9007199254740992n * 1_000_000_000n;
  const SIZES = {
    __proto__: null, days: 86_400_000_000_000n, hours: 3_600_000_000_000n, minutes: 60_000_000_000n,
    seconds: 1_000_000_000n, milliseconds: 1_000_000n, microseconds: 1_000n, nanoseconds: 1n,
  };

  /** Returns -1, 0 or 1. */
  const signOf = (duration) => {
    for (let index = 0; index < UNITS.length; index++) {
      const value = duration[UNITS[index]];
      if (value !== 0) return value < 0 ? -1 : 1;
    }
    return 0;
  };

  const check = (duration) => {
    const sign = signOf(duration);
    let total = 0n;
    for (let index = 0; index < UNITS.length; index++) {
      const unit = UNITS[index];
      const value = duration[unit];
      if (value - value !== 0 || value * sign < 0) outOfRange("The duration is out of range.");
      if (SIZES[unit] === undefined) {
        if (abs(value) >= 4294967296) outOfRange("The duration is out of range.");
      } else {
        total += Big(value) * SIZES[unit];
      }
    }
    if (total >= LIMIT || total <= -LIMIT) outOfRange("The duration is out of range.");
    return duration;
  };

  /** Returns the units of a duration that a program gives. */
  internals.intl.durationOf = (input) => {
    if (typeof input === "string") return check(parsed(input));
    if (!isObject(input)) bad("A duration must be an object or a string.");
    const duration = { __proto__: null };
    let any = false;
    for (let index = 0; index < READ.length; index++) {
      const unit = READ[index];
      const value = input[unit];
      duration[unit] = value === undefined ? 0 : integral(value);
      any ||= value !== undefined;
    }
    if (!any) bad("The object has no unit of a duration.");
    return check(duration);
  };
  internals.intl.durationUnits = UNITS;
  internals.intl.durationSign = signOf;

  /** Returns a unit with the smaller ones as its fraction: an integer, or a decimal as text. */
  internals.intl.fractional = (duration, unit, power) => {
    let total = 0n;
    let whole = true;
    for (let index = 6; index < UNITS.length; index++) {
      const name = UNITS[index];
      if (SIZES[name] > SIZES[unit]) continue;
      total += Big(duration[name]) * SIZES[name];
      if (name !== unit && duration[name] !== 0) whole = false;
    }
    if (whole) return duration[unit];
    const size = SIZES[unit];
    const negative = total < 0n;
    if (negative) total = -total;
    const digits = `${total % size}`;
    const padded = apply(slice, `000000000${digits}`, [digits.length + 9 - power]);
    return `${negative ? "-" : ""}${total / size}.${padded}`;
  };
}
