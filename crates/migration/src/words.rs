//! Values in words, for people who read at night. It must never decide anything.

use jiff::SignedDuration;

/// A duration in its two greatest units: `3 days 4 hours`, `90 minutes` is `1 hour 30 minutes`, and less than a second
/// is `less than a second`. A negative one counts as none.
#[must_use]
pub fn duration(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds;
    let counted = units.map(|(size, name)| {
        let count = rest / size;
        rest %= size;
        (count, name)
    });
    let Some(first) = counted.iter().position(|(count, _)| *count > 0) else {
        return "less than a second".to_owned();
    };
    counted
        .iter()
        .skip(first)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if *count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_two_greatest_units() {
        for (seconds, words) in [
            (-5, "less than a second"),
            (0, "less than a second"),
            (1, "1 second"),
            (90, "1 minute 30 seconds"),
            (3_600, "1 hour"),
            (3_601, "1 hour"),
            (5_400, "1 hour 30 minutes"),
            (86_400 * 3 + 3_600 * 4 + 59, "3 days 4 hours"),
            (86_400 + 60, "1 day"),
        ] {
            assert_eq!(duration(SignedDuration::from_secs(seconds)), words);
        }
    }
}
