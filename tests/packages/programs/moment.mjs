import moment from "moment";
import "moment/locale/fr";

export default () => {
  moment.locale("en");
  const at = moment.utc("2024-02-29T13:45:30.123Z");
  const other = moment.utc("05/11/2023 08:00", "DD/MM/YYYY HH:mm", true);
  return {
    format: at.format("dddd, MMMM Do YYYY, h:mm:ss.SSS a Z [x] Q w"),
    french: at.clone().locale("fr").format("LLLL"),
    iso: at.toISOString(),
    array: at.toArray(),
    add: at.clone().add(1, "month").add({ days: 3, hours: 1 }).format(),
    subtract: at.clone().subtract(1, "year").format(),
    start: at.clone().startOf("isoWeek").format(),
    end: at.clone().endOf("quarter").format(),
    diff: [at.diff(other, "days"), at.diff(other, "months", true)],
    from: [other.from(at), at.to(other, true), other.clone().locale("fr").from(at)],
    calendar: at.calendar(moment.utc("2024-03-01")),
    duration: [
      moment.duration(3_661_000).humanize(),
      moment.duration("P1Y2M3DT4H").toISOString(),
      moment.duration(90, "minutes").asHours(),
    ],
    valid: [moment("2023-02-30", "YYYY-MM-DD", true).isValid(), other.isValid()],
    compare: [other.isBefore(at), at.isBetween(other, "2025-01-01"), at.isSame("2024-02-28", "month")],
    offset: moment.parseZone("2024-01-01T00:00:00+05:30").format(),
    leap: at.isLeapYear(),
    week: [at.isoWeek(), at.dayOfYear()],
    parsed: moment.utc("Mar 3rd 21", "MMM Do YY").format("YYYY-MM-DD"),
    flags: moment.utc("x", "YYYY").parsingFlags().unusedInput,
    max: moment.max(at, other).format(),
    months: moment.monthsShort(),
  };
};
