#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use proptest::prelude::*;

use super::*;

fn key() -> JournalKey {
    JournalKey::new(&[7; 32])
}

fn id() -> MigrationId {
    MigrationId::of(unmoor_migration::WabaId::new("700001").unwrap())
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    at_ns: i64,
    kind: Vec<u8>,
    body: Vec<u8>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..12);
    let row = (any::<i64>(), bytes(), bytes()).prop_map(|(at_ns, kind, body)| Row { at_ns, kind, body });
    prop::collection::vec(row, 1..8)
}

fn digests(rows: &[Row]) -> Vec<Link> {
    rows.iter().map(|row| digest(row.at_ns, &row.kind, &row.body)).collect()
}

fn end_of(rows: &[Row]) -> ChainEnd {
    extend(&key(), &id(), &ChainEnd::beginning(), digests(rows)).1
}

proptest! {
    #[test]
    fn it_does_not_matter_how_entries_were_shared_out_among_commits(rows in rows(), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(rows.len() + 1);
        let (first, second) = rows.split_at(cut);
        let middle = end_of(first);
        prop_assert_eq!(extend(&key(), &id(), &middle, digests(second)).1, end_of(&rows));
    }

    #[test]
    fn any_other_history_ends_with_another_link(rows in rows(), others in rows()) {
        prop_assume!(rows != others);
        prop_assert_ne!(end_of(&rows), end_of(&others));
    }

    #[test]
    fn a_byte_that_changes_anywhere_changes_every_link_from_there_on(
        rows in rows(), place in any::<prop::sample::Index>(), what in 0..3_usize, bit in 0..8_u8
    ) {
        let place = place.index(rows.len());
        let mut changed = rows.clone();
        let row = &mut changed[place];
        match what {
            0 => row.at_ns ^= 1 << bit,
            1 => row.kind.push(bit),
            _ => row.body.insert(0, bit),
        }
        let links = |rows: &[Row]| extend(&key(), &id(), &ChainEnd::beginning(), digests(rows)).0;
        let (before, after) = (links(&rows), links(&changed));
        prop_assert_eq!(&before[..place], &after[..place]);
        prop_assert!(before[place..].iter().zip(&after[place..]).all(|(before, after)| before != after));
    }

    #[test]
    fn another_key_another_migration_or_another_number_is_another_link(seq in 1..1000_i64, text in any::<[u8; 32]>()) {
        let link = key().link(&NOTHING, "1", seq, &text);
        prop_assert_ne!(link, JournalKey::new(&[8; 32]).link(&NOTHING, "1", seq, &text));
        prop_assert_ne!(link, key().link(&NOTHING, "2", seq, &text));
        prop_assert_ne!(link, key().link(&NOTHING, "1", seq + 1, &text));
        prop_assert_ne!(link, key().link(&text, "1", seq, &text));
    }

    #[test]
    fn a_lane_is_the_sum_of_what_is_in_it_in_any_order(heads in prop::collection::btree_set(any::<Link>(), 1..9)) {
        let mut lane = Lane::empty(3);
        for head in &heads {
            lane.change(&key(), |lane| lane.toggle(head));
        }
        let mut other = Lane::empty(3);
        heads.iter().rev().for_each(|head| other.toggle(head));
        prop_assert_eq!(lane.sum, other.sum);
        prop_assert!(lane.is_sealed(&key()));
        let first = heads.first().unwrap();
        lane.toggle(first);
        prop_assert!(!lane.is_sealed(&key()));
    }
}

#[test]
fn kind_and_body_are_told_apart() {
    assert_ne!(digest(0, b"ab", b"c"), digest(0, b"a", b"bc"));
}

/// Whoever has seen the sum before and after a commit knows the difference, and could put it in again.
#[test]
fn a_broken_seal_is_never_mended_by_a_later_commit() {
    let mut lane = Lane::empty(0);
    lane.change(&key(), |lane| lane.toggle(&[1; 32]));
    lane.toggle(&[2; 32]);
    assert!(!lane.is_sealed(&key()));
    lane.change(&key(), |lane| lane.toggle(&[2; 32]));
    assert!(!lane.is_sealed(&key()));
}

#[test]
fn the_same_goes_for_the_fleets_state() {
    let key = key();
    let first = key.fleet(1, "{}");
    assert!(FleetSeal { version: 0, body: "null", seal: &[] }.holds(&key));
    assert!(!FleetSeal { version: 0, body: "{}", seal: &[] }.holds(&key));
    assert!(FleetSeal { version: 1, body: "{}", seal: &first }.holds(&key));
    let changed = FleetSeal { version: 1, body: "{\"brake\":null}", seal: &first };
    assert_eq!(seal_fleet(&key, &changed, 2, "{}"), NOTHING);
    assert!(!format!("{key:?}").contains('7'), "a key is never shown");
}
