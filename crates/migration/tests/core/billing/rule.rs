//! The rule itself, at every edge.

use unmoor_migration::billing::rule::{Doubt, attribute};
use unmoor_migration::billing::{Attribution, Completion, MessageTimes, Payer};

use super::{completion, instant, second};

fn sent(at: i64) -> MessageTimes {
    MessageTimes { sent: Some(second(at)), ..MessageTimes::default() }
}

fn delivered(sent_at: i64, delivered_at: i64) -> MessageTimes {
    MessageTimes { delivered: Some(second(delivered_at)), ..sent(sent_at) }
}

fn read(sent_at: i64, read_at: i64) -> MessageTimes {
    MessageTimes { read: Some(second(read_at)), ..sent(sent_at) }
}

fn of(times: &MessageTimes) -> Attribution {
    attribute(times, Some(&completion()))
}

const INTERVAL: Attribution = Attribution::Undetermined(Doubt::CompletionInterval);
const CLOCKS: Attribution = Attribution::Undetermined(Doubt::ClocksDisagree);

/// guide: B1
#[test]
fn b1_what_is_delivered_before_completion_the_old_solution_partner_pays() {
    assert_eq!(of(&delivered(1, 9)), Attribution::DeliveredBefore);
    assert_eq!(of(&delivered(9, 9)), Attribution::DeliveredBefore);
    assert_eq!(of(&delivered(1, 9)).payer(), Payer::OldSolutionPartner);
    assert_eq!(of(&delivered(1, 9)).sentence(), Some("B1"));
    let without_sending = MessageTimes { sent: None, ..delivered(1, 9) };
    assert_eq!(of(&without_sending), Attribution::DeliveredBefore, "the delivery alone decides");
}

/// guide: B2
#[test]
fn b2_what_is_sent_before_and_delivered_after_the_old_solution_partner_pays_as_well() {
    assert_eq!(of(&delivered(9, 11)), Attribution::SentBeforeDeliveredAfter);
    assert_eq!(of(&delivered(-90_000, 90_000)), Attribution::SentBeforeDeliveredAfter);
    assert_eq!(of(&delivered(9, 11)).payer(), Payer::OldSolutionPartner);
    assert_eq!(of(&delivered(9, 11)).sentence(), Some("B2"));
}

/// guide: B3
#[test]
fn b3_what_is_sent_and_delivered_after_completion_the_customer_pays() {
    assert_eq!(of(&delivered(11, 11)), Attribution::SentAndDeliveredAfter);
    assert_eq!(of(&delivered(11, 500)).payer(), Payer::Customer);
    assert_eq!(of(&delivered(11, 500)).sentence(), Some("B3"));
}

/// guide: B1, B2
#[test]
fn delivered_in_the_same_second_as_completion_its_sending_decides() {
    // Completion lies between 10.2 and 10.9; a status says 10.
    assert_eq!(of(&delivered(9, 10)), Attribution::SentBefore, "before or after it, the payer is the same");
    assert_eq!(of(&delivered(9, 10)).payer(), Payer::OldSolutionPartner);
    assert_eq!(of(&delivered(9, 10)).sentence(), Some("B1 or B2"));
    assert_eq!(of(&delivered(10, 10)), INTERVAL, "sent in that second as well: nobody can tell");
    assert_eq!(of(&delivered(10, 500)), INTERVAL, "sent in that second, delivered long after: B2 or B3");
    assert_eq!(of(&delivered(10, 500)).payer(), Payer::Undetermined);
    assert_eq!(of(&MessageTimes { sent: None, ..delivered(0, 10) }), Attribution::Undetermined(Doubt::SendingNotTold));
}

/// guide: B2
#[test]
fn sent_before_and_delivered_never_is_the_open_tail_and_charged_to_nobody() {
    assert_eq!(of(&sent(9)), Attribution::OpenTail);
    assert_eq!((of(&sent(9)).payer(), of(&sent(9)).sentence()), (Payer::Nobody, None));
    assert_eq!(of(&sent(10)), Attribution::Open, "it may have been sent after completion");
    assert_eq!(of(&sent(11)), Attribution::Open);
    let failed = MessageTimes { failed: Some(second(12)), ..sent(9) };
    assert_eq!(of(&failed), Attribution::Failed, "what failed is no tail any more");
    let both = MessageTimes { failed: Some(second(12)), ..delivered(9, 11) };
    assert_eq!(of(&both), Attribution::SentBeforeDeliveredAfter, "a delivery that is told counts");
}

/// guide: B1, B2, B3
#[test]
fn read_without_delivered_was_delivered_by_then() {
    assert_eq!(of(&read(5, 9)), Attribution::DeliveredBefore);
    assert_eq!(of(&read(5, 10)), Attribution::SentBefore);
    assert_eq!(of(&read(5, 900)), Attribution::SentBefore, "B1 or B2: both name the same payer");
    assert_eq!(of(&read(11, 900)), Attribution::SentAndDeliveredAfter);
    assert_eq!(of(&read(10, 900)), INTERVAL);
    let untold = MessageTimes { sent: None, ..read(0, 900) };
    assert_eq!(of(&untold), Attribution::Undetermined(Doubt::SendingNotTold));
    let both = MessageTimes { read: Some(second(900)), ..delivered(5, 9) };
    assert_eq!(of(&both), Attribution::DeliveredBefore, "a delivery that is told decides, not the reading");
}

#[test]
fn clocks_that_disagree_are_seen_where_they_contradict_something_and_nothing_is_guessed() {
    assert_eq!(of(&delivered(11, 9)), CLOCKS, "sent after completion, delivered before it");
    assert_eq!(of(&delivered(11, 10)), CLOCKS);
    let by_source = MessageTimes { sent_under_source: true, ..delivered(11, 12) };
    assert_eq!(of(&by_source), CLOCKS, "the source cannot send any more");
    let by_destination = MessageTimes { sent_under_destination: true, ..delivered(9, 9) };
    assert_eq!(of(&by_destination), CLOCKS, "the destination cannot send yet");
    // Where nothing is contradicted, which account it came through adds nothing.
    let fitting = MessageTimes { sent_under_source: true, ..delivered(9, 12) };
    assert_eq!(of(&fitting), Attribution::SentBeforeDeliveredAfter);
    let fitting = MessageTimes { sent_under_destination: true, ..delivered(11, 12) };
    assert_eq!(of(&fitting), Attribution::SentAndDeliveredAfter);
    let within = MessageTimes { sent_under_source: true, sent_under_destination: true, ..delivered(10, 12) };
    assert_eq!(of(&within), INTERVAL);
}

#[test]
fn a_tolerance_for_the_clocks_widens_the_interval_on_both_sides() {
    let wide = completion().widened(jiff::SignedDuration::from_secs(2));
    let of = |times| attribute(&times, Some(&wide));
    assert_eq!(of(delivered(8, 9)), INTERVAL);
    assert_eq!(of(delivered(7, 9)), Attribution::SentBefore);
    assert_eq!(of(delivered(12, 13)), INTERVAL);
    assert_eq!(of(delivered(13, 13)), Attribution::SentAndDeliveredAfter);
}

/// guide: B1
#[test]
fn as_long_as_nothing_can_have_completed_it_everything_is_before() {
    assert_eq!(attribute(&delivered(1, 90_000), None), Attribution::DeliveredBefore);
    assert_eq!(attribute(&sent(90_000), None), Attribution::OpenTail);
    let in_flight = Completion { known_at: None, ..completion() };
    assert_eq!(attribute(&delivered(1, 9), Some(&in_flight)), Attribution::DeliveredBefore);
    assert_eq!(attribute(&delivered(9, 90_000), Some(&in_flight)), Attribution::SentBefore);
    assert_eq!(attribute(&delivered(10, 90_000), Some(&in_flight)), INTERVAL, "it may be complete by then, or not");
}

#[test]
fn an_interval_of_whole_seconds_ends_with_its_last_second() {
    let whole = Completion { sent_at: instant(10_000), known_at: Some(instant(11_000)) };
    let of = |times| attribute(&times, Some(&whole));
    assert_eq!(of(delivered(9, 9)), Attribution::DeliveredBefore);
    assert_eq!(of(delivered(10, 12)), INTERVAL);
    assert_eq!(of(delivered(11, 12)), INTERVAL, "known at the very beginning of that second");
    assert_eq!(of(delivered(12, 12)), Attribution::SentAndDeliveredAfter);
}
