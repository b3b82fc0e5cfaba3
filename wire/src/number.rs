//! Numbers and dates as JavaScript writes them.

use std::fmt::Write;

/// Returns the integer that a float is, or `None` for a fraction, for -0 and beyond ±2^53.
pub(crate) fn whole(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    if !(-LIMIT..=LIMIT).contains(&value) || (value == 0.0 && value.is_sign_negative()) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "within the limit it is exact")]
    let whole = value as i64;
    #[allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "exact within the limit")]
    let same = whole as f64 == value;
    same.then_some(whole)
}

/// Writes a finite number as `String(value)` does.
pub(crate) fn write_float(into: &mut impl Write, value: f64) {
    // A string takes everything, and the output of JSON records a failure.
    let _ = if value == 0.0 {
        into.write_char('0')
    } else if (1e-6..1e21).contains(&value.abs()) {
        write!(into, "{value}")
    } else {
        let text = format!("{value:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                write!(into, "{digits}e+{exponent}")
            }
            _ => write!(into, "{text}"),
        }
    };
}

/// Formats a date as `toISOString` does, or returns `None` for an invalid date.
pub(crate) fn iso_date(milliseconds: f64) -> Option<String> {
    const DAY: i64 = 86_400_000;
    let milliseconds =
        whole(milliseconds.trunc() + 0.0).filter(|ms| ms.abs() <= 100_000_000 * DAY)?;
    let (days, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    // Eras of 400 years, which begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{}{:06}", if year < 0 { '-' } else { '+' }, year.abs()),
    };
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
    let (seconds, thousandths) = (rest / 1000 % 60, rest % 1000);
    Some(format!(
        "{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}Z"
    ))
}
