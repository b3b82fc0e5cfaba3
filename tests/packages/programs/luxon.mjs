import { DateTime, Duration, Info, Interval } from "luxon";

export default () => {
  const at = DateTime.fromISO("2024-02-29T13:45:30.123Z", { zone: "utc" });
  const parsed = DateTime.fromFormat("31.12.2023 23:59", "dd.MM.yyyy HH:mm", { zone: "utc" });
  const interval = Interval.fromDateTimes(parsed, at);
  const offset = DateTime.fromISO("2024-06-01T12:00:00+05:30", { setZone: true });
  const bad = DateTime.fromISO("2023-02-30");
  return {
    iso: at.toISO(),
    week: at.toISOWeekDate(),
    ordinal: at.toISODate({ format: "basic" }),
    seconds: at.toSeconds(),
    object: at.toObject(),
    plus: at.plus({ years: 1, months: 1 }).toISO(),
    minus: at.minus({ days: 60 }).toISODate(),
    start: at.startOf("week").toISO(),
    end: at.endOf("month").toISO(),
    format: at.toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS ZZ 'week' W q"),
    parsed: parsed.toISO(),
    days: interval.length("days"),
    split: interval.splitBy({ weeks: 4 }).map(String),
    offset: [offset.toISO(), offset.offset, offset.toUTC().toISO()],
    bad: [bad.isValid, bad.invalidReason, bad.invalidExplanation],
    diff: at.diff(parsed, ["months", "days", "hours"]).toObject(),
    duration: Duration.fromISO("P1Y2M3DT4H5M6.5S").toObject(),
    normalized: Duration.fromObject({ minutes: 150, seconds: 61 })
      .shiftTo("hours", "minutes", "seconds")
      .toISO(),
    leap: at.isInLeapYear,
    http: at.toHTTP(),
    rfc: at.toRFC2822(),
    sql: at.toSQL(),
    compare: at > parsed,
    months: Info.months("numeric"),
  };
};
