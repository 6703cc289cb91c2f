#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use proptest::prelude::*;
use unmoor_store::KeptColumns;

use super::*;

fn key() -> JournalKey {
    JournalKey::new(&[3; 32])
}

/// A journal as it was written, and its migration's row.
fn written(texts: &[Vec<u8>]) -> (KeptMigration, Vec<KeptEntry>) {
    let mut before = NOTHING;
    let mut entries = Vec::new();
    for (seq, text) in (1..).zip(texts) {
        before = key().link(&before, "7", seq, &digest(seq, b"kind", text));
        entries.push(KeptEntry {
            migration_id: "7".to_owned(),
            seq,
            at_ns: seq,
            kind: b"kind".to_vec(),
            body: text.clone(),
            link: before.to_vec(),
        });
    }
    let columns = KeptColumns {
        customer: String::new(),
        wave: None,
        phase: String::new(),
        turn: None,
        blockers: String::new(),
        is_final: false,
        urgency: 0,
        wake_at_ns: None,
    };
    let journal_seq = i64::try_from(entries.len()).unwrap();
    (KeptMigration { id: "7".to_owned(), journal_seq, journal_head: before.to_vec(), state: None, columns }, entries)
}

fn found(kept: &KeptMigration, entries: &[KeptEntry]) -> Vec<What> {
    let key = key();
    let mut chain = Chain::of(&key, kept);
    entries.iter().for_each(|entry| chain.take(entry));
    chain.finish().0
}

fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 3..12)
}

proptest! {
    #[test]
    fn what_was_written_holds(texts in texts()) {
        let (kept, entries) = written(&texts);
        prop_assert_eq!(found(&kept, &entries), []);
    }

    #[test]
    fn each_changed_byte_is_found_at_its_entry(texts in texts(), place in any::<prop::sample::Index>(), what in 0..4_u8) {
        let (kept, mut entries) = written(&texts);
        let place = place.index(entries.len());
        let entry = &mut entries[place];
        match what {
            0 => entry.at_ns += 1,
            1 => entry.kind[0] ^= 1,
            2 => entry.body.push(1),
            _ => entry.link[31] ^= 1,
        }
        let seq = entry.seq;
        let told = if what == 3 { What::LinkChanged { seq } } else { What::EntryChanged { seq } };
        prop_assert_eq!(found(&kept, &entries), [told]);
    }

    #[test]
    fn a_cut_is_found_wherever_it_is(texts in texts(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let (kept, mut entries) = written(&texts);
        let (a, b) = (from.index(entries.len()), to.index(entries.len()));
        let (from, to) = (a.min(b), a.max(b));
        entries.drain(from..=to);
        let (first, last) = (i64::try_from(from).unwrap() + 1, i64::try_from(to).unwrap() + 1);
        let told = if last == kept.journal_seq {
            What::TailCut { from: first, to: last }
        } else {
            What::EntriesMissing { from: first, to: last }
        };
        prop_assert_eq!(found(&kept, &entries), [told]);
    }

    #[test]
    fn two_swapped_entries_are_found_whether_their_links_went_with_them_or_not(
        texts in texts(), one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), with_links: bool
    ) {
        let (kept, mut entries) = written(&texts);
        let (one, other) = (one.index(entries.len()), other.index(entries.len()));
        prop_assume!(one < other);
        let (a, b) = (entries[one].clone(), entries[other].clone());
        let put = |there: &mut KeptEntry, from: &KeptEntry| {
            let link = if with_links { from.link.clone() } else { there.link.clone() };
            *there = KeptEntry { seq: there.seq, link, ..from.clone() };
        };
        put(&mut entries[one], &b);
        put(&mut entries[other], &a);
        let swapped = What::EntriesSwapped { one: a.seq, other: b.seq };
        let found = found(&kept, &entries);
        prop_assert!(found.contains(&swapped), "{:?}", found);
        let others = found.iter().filter(|what| **what != swapped && **what != What::HeadChanged);
        prop_assert_eq!(others.count(), 0);
    }

    #[test]
    fn a_row_that_stayed_behind_is_found(texts in texts(), behind in any::<prop::sample::Index>()) {
        let (mut kept, entries) = written(&texts);
        let row = &entries[behind.index(entries.len() - 1)];
        (kept.journal_seq, kept.journal_head) = (row.seq, row.link.clone());
        let journal = i64::try_from(entries.len()).unwrap();
        prop_assert_eq!(found(&kept, &entries), [What::RowOlder { row: row.seq, journal }]);
    }
}
