//! What somebody may have meant.

/// The candidate nearest to `text`, where one is near enough to be a slip of the fingers.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = text.chars().count();
    let greatest = 1 + length / 4;
    candidates
        .into_iter()
        // Each letter more or less is a step; so a text of megabytes is not compared at all.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= greatest)
        .map(|candidate| (distance(text, candidate), candidate))
        .filter(|(distance, _)| *distance <= greatest)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be added, removed or replaced; capitals count as small letters.
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (i, letter) in to.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (known, cell) in from.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(*known != letter);
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_letters() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("Wave", "wave", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("timeout", ["timeout_s", "alarm"]), Some("timeout_s"));
        assert_eq!(nearest("before_mov", ["before_move", "alarm"]), Some("before_move"));
        assert_eq!(nearest("acorn-baker", ["acorn-bakery", "birch"]), Some("acorn-bakery"));
        assert_eq!(nearest("x", ["alarm"]), None);
    }
}
