//! Numbers as people read them.

/// Writes a time with three digits.
pub fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{} µs", digits(ns / 1e3)),
        ns if ns < 1e9 => format!("{} ms", digits(ns / 1e6)),
        ns => format!("{} s", digits(ns / 1e9)),
    }
}

pub fn bytes(bytes: f64) -> String {
    match bytes {
        bytes if bytes < 1024.0 * 1024.0 => format!("{} KiB", digits(bytes / 1024.0)),
        bytes if bytes < 1024.0 * 1024.0 * 1024.0 => {
            format!("{} MiB", digits(bytes / 1024.0 / 1024.0))
        }
        bytes => format!("{} GiB", digits(bytes / 1024.0 / 1024.0 / 1024.0)),
    }
}

/// Writes a number of mebibytes.
pub fn mebibytes(mebibytes: f64) -> String {
    format!("{} MiB", digits(mebibytes))
}

pub fn times(ratio: f64) -> String {
    format!("{}×", digits(ratio))
}

/// Writes two or three digits.
pub fn digits(number: f64) -> String {
    match number {
        number if number < 0.1 => format!("{number:.3}"),
        number if number < 1.0 => format!("{number:.2}"),
        number if number < 10.0 => format!("{number:.1}"),
        number if number < 1_000.0 => format!("{number:.0}"),
        number => {
            let digits = format!("{number:.0}");
            let mut text = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}
