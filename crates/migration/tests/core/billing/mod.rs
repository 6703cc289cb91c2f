//! Who pays for which message: the rule second by second, completion from journals, the ledger whatever order statuses come in.

mod comparison;
mod completion;
mod ledger;
mod rule;

use jiff::Timestamp;
use unmoor_migration::billing::{BilledNumber, Completion, MessageStatus, ToldPrice, ToldStatus, UnixSecond};
use unmoor_migration::{MigrationId, PhoneNumberId, WabaId};

use crate::world::{DESTINATION, FIRST, SOURCE, number};

const OLD_ID: &str = "515550100001";
const NEW_ID: &str = "615550100001";

/// Some second; completion is about there.
const BASE: i64 = 1_793_600_000;

fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(BASE * 1000 + millis).unwrap()
}

fn second(second: i64) -> UnixSecond {
    UnixSecond::of(Timestamp::from_second(BASE + second).unwrap()).unwrap()
}

/// Register sent 10.2 seconds after [`BASE`], its success known at 10.9.
fn completion() -> Completion {
    Completion { sent_at: instant(10_200), known_at: Some(instant(10_900)) }
}

fn billed(completion: Option<Completion>) -> BilledNumber {
    BilledNumber {
        customer: "brisk-bikes".to_owned(),
        migration: MigrationId::of(WabaId::new(SOURCE).unwrap()),
        number: number(FIRST),
        source_waba: WabaId::new(SOURCE).unwrap(),
        destination_waba: Some(WabaId::new(DESTINATION).unwrap()),
        old_phone_number_id: PhoneNumberId::new(OLD_ID).unwrap(),
        new_phone_number_id: Some(PhoneNumberId::new(NEW_ID).unwrap()),
        completion,
    }
}

/// A status of a marketing message, told under the id that the number has then.
fn told(message_id: &str, status: MessageStatus, at: i64) -> ToldStatus<'_> {
    let price = ToldPrice { billable: Some(true), category: Some("marketing"), kind: Some("regular") };
    let phone_number_id = if at > 10 { NEW_ID } else { OLD_ID };
    ToldStatus { message_id, phone_number_id, waba_id: None, status, at: second(at), price: Some(price) }
}
