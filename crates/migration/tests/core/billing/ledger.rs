//! Statuses in any order, any number of times.

use proptest::prelude::*;
use unmoor_migration::billing::rule::Doubt;
use unmoor_migration::billing::{
    Attribution, BilledNumber, Completion, Ledger, MessageStatus, Taken, ToldPrice, ToldStatus, Total,
};
use unmoor_migration::{MigrationId, PhoneNumberId, WabaId};

use super::{BASE, NEW_ID, OLD_ID, billed, completion, second, told};
use crate::world::{DESTINATION, SOURCE};

/// Where the number goes in a migration after this one.
const NEXT_ID: &str = "715550100001";
const NEXT_DESTINATION: &str = "210000000000003";

fn ledger() -> Ledger {
    Ledger::of(vec![billed(Some(completion()))])
}

/// What came of the only message.
fn only(ledger: &Ledger) -> Attribution {
    let found: Vec<Attribution> = ledger.messages().map(|message| message.attribution).collect();
    assert_eq!(found.len(), 1);
    found[0]
}

fn total(ledger: &Ledger) -> Total {
    let mut total = Total::default();
    ledger.totals().iter().for_each(|(key, count)| total.add(key.attribution, key.billable, *count));
    total
}

/// guide: B1, B2, B3
#[test]
fn each_message_is_attributed_and_counted_under_its_sentence() {
    let mut ledger = ledger();
    for (id, sent, delivered) in [
        ("a", 1, Some(2)),
        ("b", 9, Some(60)),
        ("c", 11, Some(12)),
        ("d", 10, Some(10)),
        ("e", 9, None),
        ("f", 9, Some(10)),
    ] {
        assert_eq!(ledger.take(&told(id, MessageStatus::Sent, sent)), Taken::New);
        if let Some(delivered) = delivered {
            ledger.take(&told(id, MessageStatus::Delivered, delivered));
        }
    }
    let expected = Total { b1: 1, b2: 1, b1_or_b2: 1, b3: 1, undetermined: 1, open_tail: 1, ..Total::default() };
    assert_eq!(total(&ledger), expected);
    assert_eq!((total(&ledger).old_solution_partner(), total(&ledger).customer()), (3, 1));
    let ids: Vec<&str> = ledger.messages().map(|message| message.message_id).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn what_comes_twice_counts_once() {
    let mut ledger = ledger();
    ledger.take(&told("a", MessageStatus::Delivered, 60));
    assert_eq!(ledger.take(&told("a", MessageStatus::Delivered, 60)), Taken::Repeated);
    ledger.take(&told("a", MessageStatus::Sent, 9));
    assert_eq!(only(&ledger), Attribution::SentBeforeDeliveredAfter);
    let later = ToldStatus { phone_number_id: OLD_ID, ..told("a", MessageStatus::Sent, 12) };
    assert_eq!(ledger.take(&later), Taken::Repeated, "the earliest counts");
    assert_eq!(only(&ledger), Attribution::SentBeforeDeliveredAfter);
    assert_eq!(ledger.len(), 1);
}

/// The next migration of the same number: the destination of the one is the source of the other.
fn next(completion_of_next: Option<Completion>) -> BilledNumber {
    BilledNumber {
        customer: "brisk-bikes-again".to_owned(),
        migration: MigrationId::of(WabaId::new(DESTINATION).unwrap()),
        source_waba: WabaId::new(DESTINATION).unwrap(),
        destination_waba: Some(WabaId::new(NEXT_DESTINATION).unwrap()),
        old_phone_number_id: PhoneNumberId::new(NEW_ID).unwrap(),
        new_phone_number_id: Some(PhoneNumberId::new(NEXT_ID).unwrap()),
        ..billed(completion_of_next)
    }
}

#[test]
fn what_two_selected_migrations_claim_is_attributed_to_neither() {
    for numbers in [[billed(Some(completion())), next(None)], [next(None), billed(Some(completion()))]] {
        let mut ledger = Ledger::of(numbers.to_vec());
        assert_eq!(ledger.take(&told("a", MessageStatus::Sent, 1)), Taken::New, "only the first has this id");
        let under =
            |phone_number_id, waba_id| ToldStatus { phone_number_id, waba_id, ..told("b", MessageStatus::Sent, 60) };
        assert_eq!(ledger.take(&under(NEW_ID, None)), Taken::SharedNumber);
        assert_eq!(
            ledger.take(&under(NEW_ID, Some(DESTINATION))),
            Taken::SharedNumber,
            "it is both migrations' account"
        );
        assert_eq!(ledger.take(&under(NEW_ID, Some("1"))), Taken::SharedNumber);
        assert_eq!(ledger.take(&under(NEXT_ID, None)), Taken::New);
        assert_eq!(
            ledger.take(&under(NEW_ID, Some(NEXT_DESTINATION))),
            Taken::Repeated,
            "only the second has this account"
        );
        assert_eq!(ledger.len(), 2);
        let mut customers: Vec<&str> = ledger.numbers_under(NEW_ID).map(|number| number.customer.as_str()).collect();
        customers.sort_unstable();
        assert_eq!(customers, ["brisk-bikes", "brisk-bikes-again"]);
    }
    let mut alone = Ledger::of(vec![next(None)]);
    assert_eq!(alone.take(&told("b", MessageStatus::Sent, 60)), Taken::New, "selected alone it has them all");
}

#[test]
fn a_number_is_known_under_both_of_its_ids_and_no_other() {
    let mut ledger = ledger();
    let new = ToldStatus { phone_number_id: NEW_ID, ..told("a", MessageStatus::Delivered, 60) };
    assert_eq!(ledger.take(&new), Taken::New);
    assert_eq!(ledger.take(&told("a", MessageStatus::Sent, 9)), Taken::New);
    assert_eq!(only(&ledger), Attribution::SentBeforeDeliveredAfter, "one message, told under both ids");
    let stranger = ToldStatus { phone_number_id: "42", ..told("b", MessageStatus::Sent, 1) };
    assert_eq!(ledger.take(&stranger), Taken::UnknownNumber);
    assert_eq!(ledger.len(), 1);
}

#[test]
fn under_which_account_a_sending_was_told_is_known_by_the_account_or_else_by_the_numbers_id() {
    let sent_after = |waba_id, phone_number_id| {
        let mut ledger = ledger();
        ledger.take(&ToldStatus { waba_id, phone_number_id, ..told("a", MessageStatus::Sent, 12) });
        ledger.take(&ToldStatus { waba_id: Some(SOURCE), ..told("a", MessageStatus::Delivered, 13) });
        only(&ledger)
    };
    let clocks = Attribution::Undetermined(Doubt::ClocksDisagree);
    assert_eq!(sent_after(Some(SOURCE), OLD_ID), clocks);
    assert_eq!(sent_after(None, OLD_ID), clocks);
    assert_eq!(sent_after(Some(DESTINATION), OLD_ID), Attribution::SentAndDeliveredAfter, "the account's id decides");
    assert_eq!(sent_after(Some("77"), NEW_ID), Attribution::SentAndDeliveredAfter);
}

#[test]
fn where_a_number_keeps_its_id_the_account_tells_the_sides_apart() {
    let mut number = billed(Some(completion()));
    number.new_phone_number_id = Some(number.old_phone_number_id.clone());
    let sent_after = |waba_id| {
        let mut ledger = Ledger::of(vec![number.clone()]);
        for (status, at) in [(MessageStatus::Sent, 12), (MessageStatus::Delivered, 13)] {
            ledger.take(&ToldStatus { waba_id, phone_number_id: OLD_ID, ..told("a", status, at) });
        }
        only(&ledger)
    };
    assert_eq!(sent_after(Some(DESTINATION)), Attribution::SentAndDeliveredAfter);
    assert_eq!(sent_after(Some(SOURCE)), Attribution::Undetermined(Doubt::ClocksDisagree));
    assert_eq!(sent_after(None), Attribution::SentAndDeliveredAfter, "nothing contradicts it");
}

#[test]
fn the_price_is_that_of_the_latest_status_that_tells_one() {
    let price = |billable, category| Some(ToldPrice { billable: Some(billable), category: Some(category), kind: None });
    let mut ledger = ledger();
    ledger.take(&ToldStatus { price: price(false, "utility"), ..told("a", MessageStatus::Delivered, 2) });
    ledger.take(&ToldStatus { price: price(true, "marketing"), ..told("a", MessageStatus::Sent, 1) });
    ledger.take(&ToldStatus { price: None, ..told("a", MessageStatus::Read, 3) });
    let (key, count) = ledger.totals().into_iter().next().unwrap();
    assert_eq!((key.billable, key.category.as_deref(), count), (Some(false), Some("utility"), 1));
    assert_eq!(total(&ledger), Total { free: 1, ..Total::default() });
}

#[test]
fn without_a_price_nobody_is_charged_and_nothing_is_lost() {
    let mut ledger = ledger();
    ledger.take(&ToldStatus { price: None, ..told("a", MessageStatus::Delivered, 2) });
    assert_eq!(total(&ledger), Total { price_not_told: 1, ..Total::default() });
}

#[test]
fn only_so_many_words_of_prices_are_kept() {
    let mut ledger = ledger();
    let takes = (0..300).map(|place| {
        let category = format!("word {place}");
        let price = Some(ToldPrice { category: Some(&category), ..ToldPrice::default() });
        ledger.take(&ToldStatus { price, ..told("a", MessageStatus::Sent, 2) })
    });
    assert_eq!(takes.filter(|taken| *taken == Taken::Full).count(), 50);
}

/// Message, status, second, whether under the new id, whether billable, whether marketing.
type Drawn = (u8, MessageStatus, i64, bool, Option<bool>, bool);

/// A status of one of a few messages, about the time of completion.
fn any_status() -> impl Strategy<Value = Drawn> {
    let status = prop_oneof![
        Just(MessageStatus::Sent),
        Just(MessageStatus::Delivered),
        Just(MessageStatus::Read),
        Just(MessageStatus::Failed)
    ];
    (0_u8..4, status, 7_i64..15, any::<bool>(), any::<Option<bool>>(), any::<bool>())
}

fn all(statuses: &[Drawn]) -> Ledger {
    let mut ledger = ledger();
    for (message, status, at, is_new, billable, is_marketing) in statuses {
        let id = message.to_string();
        let category = Some(if *is_marketing { "marketing" } else { "utility" });
        ledger.take(&ToldStatus {
            message_id: &id,
            phone_number_id: if *is_new { NEW_ID } else { OLD_ID },
            waba_id: None,
            status: *status,
            at: second(*at),
            price: billable.map(|billable| ToldPrice { billable: Some(billable), category, kind: None }),
        });
    }
    ledger
}

proptest! {
    /// guide: B1, B2, B3
    #[test]
    fn neither_order_nor_repetition_changes_anything(
        (statuses, shuffled) in prop::collection::vec(any_status(), 0..40)
            .prop_flat_map(|statuses| (Just(statuses.clone()), Just(statuses).prop_shuffle())),
        twice in any::<bool>(),
    ) {
        let mut again = shuffled.clone();
        if twice {
            again.extend(shuffled);
        }
        let (calm, wild) = (all(&statuses), all(&again));
        prop_assert_eq!(calm.totals(), wild.totals());
        prop_assert_eq!(calm.len() as u64, calm.totals().values().sum::<u64>());
    }

    /// guide: B1, B2, B3
    #[test]
    fn nobody_pays_for_what_the_guides_sentences_say_otherwise(sent in 0_i64..20, later in 0_i64..20, moment in 10_200_i64..=10_900) {
        let delivered = sent + later;
        let mut ledger = ledger();
        ledger.take(&told("a", MessageStatus::Sent, sent));
        ledger.take(&told("a", MessageStatus::Delivered, delivered));
        // Wherever in the interval completion really was, and wherever in their seconds the two instants: no sentence is contradicted.
        for (sent_ms, delivered_ms) in [(0, 0), (0, 999), (999, 999)] {
            let (sent_ms, delivered_ms) = (sent * 1000 + sent_ms, delivered * 1000 + delivered_ms);
            let truly = if delivered_ms < moment { "B1" } else if sent_ms < moment { "B2" } else { "B3" };
            if let Some(said) = only(&ledger).sentence() {
                prop_assert!(said.contains(truly), "{said}, but truly {truly}, of {BASE}+{sent}, +{delivered}");
            }
        }
    }
}
