//! Dates in calendars other than the Gregorian one.

use icu_calendar::types::{LeapStatus, YearInfo};
use icu_calendar::{AnyCalendar, AnyCalendarKind, Date};
use rquickjs::{Ctx, Function, Object, Result};

pub fn install(native: &Object<'_>) -> Result<()> {
    native.set("calendarDate", Function::new(native.ctx().clone(), calendar_date)?)
}

fn kind(name: &str) -> Option<AnyCalendarKind> {
    Some(match name {
        "buddhist" => AnyCalendarKind::Buddhist,
        "chinese" => AnyCalendarKind::Chinese,
        "coptic" => AnyCalendarKind::Coptic,
        "dangi" => AnyCalendarKind::Dangi,
        "ethioaa" => AnyCalendarKind::EthiopianAmeteAlem,
        "ethiopic" => AnyCalendarKind::Ethiopian,
        "hebrew" => AnyCalendarKind::Hebrew,
        "indian" => AnyCalendarKind::Indian,
        "islamic-civil" => AnyCalendarKind::HijriTabularTypeIIFriday,
        "islamic-tbla" => AnyCalendarKind::HijriTabularTypeIIThursday,
        "islamic-umalqura" => AnyCalendarKind::HijriUmmAlQura,
        "japanese" => AnyCalendarKind::Japanese,
        "persian" => AnyCalendarKind::Persian,
        "roc" => AnyCalendarKind::Roc,
        _ => return None,
    })
}

/// Returns `era`, `year`, `month`, `leap`, `day` and `related` year of a Gregorian date. `None` if the
/// calendar is not known or does not reach that far. `year` is the position in the cycle of a
/// calendar that has cycles. `leap` is 1 in a leap month, and `month` is then that of the month
/// before. In a leap year of the Hebrew calendar `leap` is 2 outside of the leap month.
fn calendar_date(
    ctx: Ctx<'_>,
    calendar: String,
    year: i32,
    month: u8,
    day: u8,
) -> Result<Option<Object<'_>>> {
    let Some(kind) = kind(&calendar) else { return Ok(None) };
    let Ok(date) = Date::try_new_iso(year, month, day) else { return Ok(None) };
    let date = date.to_calendar(AnyCalendar::new(kind));
    let (era, year, related) = match date.year() {
        YearInfo::Era(it) => (it.era.as_str().to_owned(), it.year, year),
        YearInfo::Cyclic(it) => (String::new(), i32::from(it.year), it.related_iso),
        _ => return Ok(None),
    };
    let month = date.month();
    let leap = match month.leap_status() {
        LeapStatus::Leap => 1,
        _ if kind == AnyCalendarKind::Hebrew && date.is_in_leap_year() => 2,
        _ => 0,
    };
    let fields = Object::new_proto(ctx, None)?;
    fields.set("era", era)?;
    fields.set("year", year)?;
    fields.set("month", month.number())?;
    fields.set("leap", leap)?;
    fields.set("day", date.day_of_month().0)?;
    fields.set("related", related)?;
    Ok(Some(fields))
}
