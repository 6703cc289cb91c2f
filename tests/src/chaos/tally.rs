//! How often each kind of trouble really befell a run: what was planned and never came about does not count.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<String, u64>);

impl Tally {
    /// One more of this kind.
    pub fn one(&mut self, kind: &str) {
        self.some(kind, 1);
    }

    /// So many more.
    pub fn some(&mut self, kind: &str, count: u64) {
        if count > 0 {
            *self.0.entry(kind.to_owned()).or_insert(0) += count;
        }
    }

    /// All of `other` on top.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            self.some(kind, *count);
        }
    }

    /// How often, of all kinds that have these words in their names.
    #[must_use]
    pub fn of_those_that_say(&self, words: &str) -> u64 {
        self.0.iter().filter(|(kind, _)| kind.contains(words)).map(|(_, count)| count).sum()
    }
}

/// A table, by kind.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in &self.0 {
            writeln!(f, "{count:>9}  {kind}")?;
        }
        Ok(())
    }
}
