//! One migration's chain, entry by entry.

use unmoor_store::chain::{JournalKey, Link, NOTHING, digest};
use unmoor_store::{KeptEntry, KeptMigration};

use super::finding::What;

/// So many entries that do not fit are compared with one another; of more, each is told as changed.
const MOST_COMPARED: usize = 64;

/// An entry that does not fit where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Misfit {
    pub(crate) seq: i64,
    pub(crate) digest: Link,
    pub(crate) link: Vec<u8>,
    /// The link that it should follow on.
    before: Link,
    /// The link that its text would have there.
    computed: Link,
    /// A later entry follows on that, so that only the stored link is wrong.
    is_right: bool,
}

/// Where entries are missing.
#[derive(Debug, Clone)]
pub(crate) struct Gap {
    pub(crate) seq: i64,
    pub(crate) before: Link,
}

/// Follows a chain.
pub(crate) struct Chain<'a> {
    key: &'a JournalKey,
    kept: &'a KeptMigration,
    /// Links that the next entry may follow on: the stored one of the entry before, and where entries did not fit, theirs.
    before: Vec<Link>,
    seq: i64,
    last: Vec<u8>,
    /// Whether the entry that the migration's row names as its last has the link that it names.
    head_was_met: bool,
    misfits: Vec<Misfit>,
    found: Vec<What>,
    pub(crate) gaps: Vec<Gap>,
}

impl<'a> Chain<'a> {
    pub(crate) fn of(key: &'a JournalKey, kept: &'a KeptMigration) -> Self {
        Self {
            key,
            kept,
            before: vec![NOTHING],
            seq: 0,
            last: NOTHING.to_vec(),
            head_was_met: false,
            misfits: Vec::new(),
            found: Vec::new(),
            gaps: Vec::new(),
        }
    }

    pub(crate) fn take(&mut self, entry: &KeptEntry) {
        if entry.seq <= self.seq {
            self.found.push(What::NumberImpossible { seq: entry.seq });
            return;
        }
        let text = digest(entry.at_ns, &entry.kind, &entry.body);
        let stored = Link::try_from(entry.link.as_slice()).unwrap_or(NOTHING);
        if entry.seq > self.seq + 1 {
            self.found.push(What::EntriesMissing { from: self.seq + 1, to: entry.seq - 1 });
            self.gaps.push(Gap { seq: self.seq + 1, before: self.before.first().copied().unwrap_or(NOTHING) });
            self.before = vec![stored];
        } else {
            self.compare(entry, text, stored);
        }
        self.seq = entry.seq;
        self.last.clone_from(&entry.link);
        self.head_was_met |= entry.seq == self.kept.journal_seq && entry.link == self.kept.journal_head;
    }

    fn compare(&mut self, entry: &KeptEntry, text: Link, stored: Link) {
        let computed = |before: &Link| self.key.link(before, &self.kept.id, entry.seq, &text);
        let fits = self.before.iter().copied().find(|before| computed(before) == stored);
        if let Some(before) = fits {
            if let Some(misfit) = self.misfits.last_mut().filter(|misfit| misfit.computed == before) {
                misfit.is_right = true;
            }
            self.before = vec![stored];
            return;
        }
        let before = self.before.first().copied().unwrap_or(NOTHING);
        let computed = computed(&before);
        let misfit =
            Misfit { seq: entry.seq, digest: text, link: entry.link.clone(), before, computed, is_right: false };
        self.misfits.push(misfit);
        if self.before.len() > 2 * MOST_COMPARED {
            self.before.truncate(MOST_COMPARED);
        }
        self.before.splice(0..0, [stored, computed]);
    }

    /// Where the journal really ends.
    pub(crate) fn end(&self) -> (i64, &[u8]) {
        (self.seq, &self.last)
    }

    /// What does not hold, and the entries that may be another migration's.
    pub(crate) fn finish(mut self) -> (Vec<What>, Vec<Misfit>, Vec<Gap>) {
        let row = self.kept.journal_seq;
        if let Some(misfit) = self.misfits.last_mut().filter(|misfit| misfit.seq == self.seq) {
            misfit.is_right = row == self.seq && misfit.computed.as_slice() == self.kept.journal_head;
        }
        self.tell_swapped();
        let mut before = None;
        for misfit in &self.misfits {
            let seq = misfit.seq;
            self.found.push(match misfit {
                Misfit { is_right: true, .. } => What::LinkChanged { seq },
                _ if before == Some(seq - 1) => What::EntryUntied { seq },
                _ => What::EntryChanged { seq },
            });
            before = Some(seq);
        }
        if row > self.seq {
            self.found.push(What::TailCut { from: self.seq + 1, to: row });
            let before = Link::try_from(self.last.as_slice()).unwrap_or(NOTHING);
            self.gaps.push(Gap { seq: self.seq + 1, before });
        } else if row < self.seq {
            self.found.push(What::RowOlder { row, journal: self.seq });
        } else if !self.head_was_met && self.misfits.last().is_none_or(|misfit| misfit.seq != row) {
            self.found.push(What::HeadChanged);
        }
        (self.found, self.misfits, self.gaps)
    }

    /// Entries whose texts fit each other's places are told as swapped, and not as changed.
    fn tell_swapped(&mut self) {
        let compared = self.misfits.len().min(MOST_COMPARED);
        let mut pairs = Vec::new();
        for (place, one) in self.misfits.iter().take(compared).enumerate() {
            let fits = |other: &&Misfit| {
                let there = self.key.link(&one.before, &self.kept.id, one.seq, &other.digest);
                there.as_slice() == one.link || there.as_slice() == other.link
            };
            if let Some(other) = self.misfits.iter().take(compared).skip(place + 1).find(fits) {
                pairs.push((one.seq, other.seq));
            }
        }
        for (one, other) in pairs {
            self.found.push(What::EntriesSwapped { one, other });
            let is_of_pair = |misfit: &Misfit| misfit.seq == one || misfit.seq == other;
            let pair: Vec<Misfit> = self.misfits.extract_if(.., |misfit| is_of_pair(misfit)).collect();
            // Where the links went with the texts, what followed on either of them follows on it still.
            let follows = |misfit: &Misfit, on: &Misfit| {
                let before = Link::try_from(on.link.as_slice()).unwrap_or(NOTHING);
                self.key.link(&before, &self.kept.id, misfit.seq, &misfit.digest).as_slice() == misfit.link
            };
            self.misfits.retain(|misfit| !pair.iter().any(|on| follows(misfit, on)));
        }
    }
}

#[cfg(test)]
mod tests;
