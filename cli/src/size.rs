//! Sizes as people write them.

/// Parses a size such as `65536`, `64K`, `32MiB` or `1G`. Units are powers of 1024, with or
/// without `B` or `iB`.
///
/// # Errors
/// Errors for anything else, or if the size does not fit into 64 bits.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_lowercase();
    let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(format!("\"{unit}\" is no unit; use K, M or G")),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("\"{digits}\" is no whole number; write 64M or 67108864"))?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("{text} is too large"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_are_powers_of_1024() {
        assert_eq!(parse("65536"), Ok(65536));
        assert_eq!(parse("64K"), Ok(65536));
        assert_eq!(parse("32MiB"), Ok(32 << 20));
        assert_eq!(parse("1gb"), Ok(1 << 30));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "M", "-1", "1.5M", "1T", "NaN", "99999999999G"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
