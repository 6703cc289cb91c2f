//! How long something took on this machine. Shown to people, never compared with anything.

use std::time::{Duration, Instant};

/// Runs from its start; read with [`Stopwatch::elapsed`].
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "wall time of a build step, printed and forgotten")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// `0.4 s`, `59.9 s`, `3 min 07 s`.
pub(crate) fn in_words(duration: Duration) -> String {
    let tenths_s = (duration.as_millis() + 50) / 100;
    if tenths_s < 600 {
        format!("{}.{} s", tenths_s / 10, tenths_s % 10)
    } else {
        let whole_s = (duration.as_millis() + 500) / 1000;
        format!("{} min {:02} s", whole_s / 60, whole_s % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        let words = |ms| in_words(Duration::from_millis(ms));
        assert_eq!(words(0), "0.0 s");
        assert_eq!(words(449), "0.4 s");
        assert_eq!(words(59_949), "59.9 s");
        assert_eq!(words(59_950), "1 min 00 s");
        assert_eq!(words(187_400), "3 min 07 s");
    }
}
