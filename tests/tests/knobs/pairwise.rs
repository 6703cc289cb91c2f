//! Choices of values such that every pair of values of two different knobs occurs in at least one of them.

use std::collections::BTreeSet;

/// A value, as the place of its knob and its place among the knob's values.
pub(crate) type Choice = (usize, usize);

/// Every pair of values of two different knobs, of knobs with so many values.
pub(crate) fn all_pairs(sizes: &[usize]) -> BTreeSet<(Choice, Choice)> {
    let mut pairs = BTreeSet::new();
    for (left, left_size) in sizes.iter().enumerate() {
        for (right, right_size) in sizes.iter().enumerate().skip(left + 1) {
            for one in 0..*left_size {
                pairs.extend((0..*right_size).map(|other| ((left, one), (right, other))));
            }
        }
    }
    pairs
}

/// Rows with one value of each knob that cover [`all_pairs`]. Each row begins with a pair that is still missing and takes, knob
/// by knob, the value that brings most of the missing ones; where several do, `draw` (a number below its argument) picks.
///
/// A value that `masks` others, because nothing of a run comes behind it, covers nothing for them: pairs without such a value
/// are covered by rows without one.
pub(crate) fn covering_rows(
    sizes: &[usize],
    masks: impl Fn(Choice) -> bool,
    mut draw: impl FnMut(usize) -> usize,
) -> Vec<Vec<usize>> {
    let (masked, mut plain): (BTreeSet<_>, BTreeSet<_>) =
        all_pairs(sizes).into_iter().partition(|(one, other)| masks(*one) || masks(*other));
    let mut rows = Vec::new();
    cover(&mut plain, sizes, |choice| !masks(choice), &mut draw, &mut rows);
    let mut left = masked;
    cover(&mut left, sizes, |_| true, &mut draw, &mut rows);
    rows
}

fn cover(
    missing: &mut BTreeSet<(Choice, Choice)>,
    sizes: &[usize],
    allowed: impl Fn(Choice) -> bool,
    draw: &mut impl FnMut(usize) -> usize,
    rows: &mut Vec<Vec<usize>>,
) {
    while let Some(first) = missing.first().copied() {
        let row = row_with(first, sizes, missing, &allowed, draw);
        for left in 0..row.len() {
            for right in left + 1..row.len() {
                missing.remove(&((left, row[left]), (right, row[right])));
            }
        }
        rows.push(row);
    }
}

fn row_with(
    (one, other): (Choice, Choice),
    sizes: &[usize],
    missing: &BTreeSet<(Choice, Choice)>,
    allowed: &impl Fn(Choice) -> bool,
    draw: &mut impl FnMut(usize) -> usize,
) -> Vec<usize> {
    let mut chosen: Vec<Choice> = vec![one, other];
    for (knob, size) in sizes.iter().enumerate() {
        if chosen.iter().any(|(taken, _)| *taken == knob) {
            continue;
        }
        let brings = |choice: Choice| {
            let pair = |with: Choice| if with < choice { (with, choice) } else { (choice, with) };
            chosen.iter().filter(|with| missing.contains(&pair(**with))).count()
        };
        let gains: Vec<(usize, usize)> =
            (0..*size).filter(|value| allowed((knob, *value))).map(|value| (value, brings((knob, value)))).collect();
        let most = gains.iter().map(|(_, gain)| *gain).max().unwrap_or_default();
        let best: Vec<usize> = gains.iter().filter(|(_, gain)| *gain == most).map(|(value, _)| *value).collect();
        chosen.push((knob, best[draw(best.len())]));
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|(_, value)| value).collect()
}

#[test]
fn every_pair_is_in_some_row_and_the_rows_are_few() {
    let sizes = [2, 3, 4, 2, 2, 3, 5, 2, 2, 2];
    let masks = |choice: Choice| choice == (1, 2) || choice == (4, 0);
    let rows = covering_rows(&sizes, masks, |below| below - 1);
    let is_masked = |row: &Vec<usize>| row.iter().enumerate().any(|(knob, value)| masks((knob, *value)));
    for ((left, one), (right, other)) in all_pairs(&sizes) {
        let may_be_masked = masks((left, one)) || masks((right, other));
        let mut having = rows.iter().filter(|row| row[left] == one && row[right] == other);
        assert!(having.any(|row| may_be_masked || !is_masked(row)), "{left}={one} with {right}={other}");
    }
    assert!(rows.iter().all(|row| row.iter().zip(&sizes).all(|(value, size)| value < size)));
    assert!((20..=40).contains(&rows.len()), "{} rows; the two largest alone need 20", rows.len());
}
