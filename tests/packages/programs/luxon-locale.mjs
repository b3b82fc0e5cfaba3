import { DateTime, Duration, Info } from "luxon";

export default () => {
  const at = DateTime.fromISO("2024-02-29T13:45:30Z", { zone: "America/New_York" });
  return {
    zone: [at.zoneName, at.offset, at.offsetNameShort, at.toISO()],
    summer: at.plus({ months: 4 }).toISO(),
    full: at.setLocale("en-US").toLocaleString(DateTime.DATE_FULL),
    german: at.setLocale("de").toFormat("cccc, d. LLLL yyyy"),
    time: at.setLocale("en-US").toLocaleString(DateTime.TIME_SIMPLE),
    months: Info.months("long", { locale: "en" }),
    days: Info.weekdays("short", { locale: "fr" }),
    parsed: DateTime.fromFormat("March 3, 2021", "MMMM d, yyyy", { zone: "utc", locale: "en-US" }).toISO(),
    human: Duration.fromObject({ hours: 3, minutes: 4 }).reconfigure({ locale: "en" }).toHuman(),
    relative: at.toRelative({ base: at.plus({ days: 3 }), locale: "en" }),
  };
};
