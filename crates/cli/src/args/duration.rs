//! Durations as people write them: `90s`, `15m`, `12h`, `60d`, `2w`, or several of them, `1d12h`.

use jiff::SignedDuration;

/// Reads a duration. The unit is always written, so that nobody takes days for seconds.
pub(super) fn parse(text: &str) -> Result<SignedDuration, String> {
    let explain = || format!("{text:?} is no duration: write a number and a unit, such as 90s, 15m, 12h, 60d or 2w");
    let mut rest = text.trim();
    let mut seconds: i64 = 0;
    if rest.is_empty() {
        return Err(explain());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(explain)?;
        let (count, after) = rest.split_at(digits);
        let unit = after.chars().next().ok_or_else(explain)?;
        let size = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(explain()),
        };
        let count: i64 = count.parse().map_err(|_| explain())?;
        seconds = count.checked_mul(size).and_then(|part| seconds.checked_add(part)).ok_or_else(explain)?;
        rest = after.get(unit.len_utf8()..).unwrap_or_default().trim_start();
    }
    Ok(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_durations() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("60d", 5_184_000), ("1d12h", 129_600), ("2w 1s", 1_209_601)]
        {
            assert_eq!(parse(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in ["", "60", "d", "-1d", "1.5h", "1y", "99999999999999999999d", "9223372036854775807w", "1d12"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
