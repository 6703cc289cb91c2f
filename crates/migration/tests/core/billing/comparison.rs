//! The ledger beside Meta's figures.

use unmoor_migration::billing::{Agreement, Comparison, Figure, Ledger, MessageStatus, ToldPrice, ToldStatus, compare};

use super::{billed, completion, told};

/// Two marketing messages of the source, one of the destination, one of nobody knows whom, and a free one of the source.
fn ledger() -> Ledger {
    let mut ledger = Ledger::of(vec![billed(Some(completion()))]);
    for (id, sent, delivered) in [("a", 1, 2), ("b", 9, 60), ("c", 11, 12), ("d", 10, 10)] {
        ledger.take(&told(id, MessageStatus::Sent, sent));
        ledger.take(&told(id, MessageStatus::Delivered, delivered));
    }
    let price = ToldPrice { billable: Some(false), category: Some("utility"), kind: Some("free_customer_service") };
    ledger.take(&ToldStatus { price: Some(price), ..told("e", MessageStatus::Delivered, 3) });
    ledger.take(&told("f", MessageStatus::Sent, 9));
    ledger
}

fn figure(category: &str, kind: &str, volume: u64) -> Figure {
    Figure { category: Some(category.to_owned()), kind: Some(kind.to_owned()), volume }
}

fn compared(source: Option<&[Figure]>, destination: Option<&[Figure]>) -> Vec<Comparison> {
    compare(&ledger().totals(), 0, source, destination)
}

fn agreements(source: Option<u64>, destination: Option<u64>) -> Agreement {
    let side = |volume: Option<u64>| volume.map(|volume| vec![figure("MARKETING", "REGULAR", volume)]);
    let compared = compared(side(source).as_deref(), side(destination).as_deref());
    compared.iter().find(|one| one.category == "marketing").unwrap().agreement
}

#[test]
fn an_undetermined_message_has_its_place_on_either_side_and_on_one_only() {
    assert_eq!(agreements(Some(3), Some(1)), Agreement::Agrees);
    assert_eq!(agreements(Some(2), Some(2)), Agreement::Agrees);
    assert_eq!(agreements(Some(3), Some(2)), Agreement::Differs);
    assert_eq!(agreements(Some(2), Some(1)), Agreement::Differs, "it has to be somewhere");
    assert_eq!(agreements(Some(1), Some(3)), Agreement::Differs, "two were the source's");
    assert_eq!(agreements(Some(3), None), Agreement::AgreesAsFarAsShown);
    assert_eq!(agreements(Some(4), None), Agreement::Differs);
    assert_eq!(agreements(None, Some(2)), Agreement::AgreesAsFarAsShown);
    assert_eq!(agreements(None, None), Agreement::NotShown);
}

#[test]
fn free_messages_are_compared_in_sum_since_metas_pages_disagree_about_their_category() {
    let source = [figure("MARKETING", "REGULAR", 3), figure("SERVICE", "FREE_CUSTOMER_SERVICE", 1)];
    let destination = [figure("MARKETING", "REGULAR", 1)];
    let compared = compared(Some(&source), Some(&destination));
    insta::assert_json_snapshot!(compared);
}

#[test]
fn what_only_meta_knows_of_is_shown_as_a_difference() {
    let compared = compared(Some(&[figure("AUTHENTICATION_INTERNATIONAL", "REGULAR", 5)]), Some(&[]));
    let found = compared.iter().find(|one| one.category == "authentication_international").unwrap();
    assert_eq!((found.ledger_source, found.source_volume), (0, Some(5)));
    assert_eq!(found.agreement, Agreement::Differs);
}
