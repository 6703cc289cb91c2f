//! One line per message, for a dispute.

use std::io;

use unmoor_migration::billing::{Ledger, LedgerMessage, Payer, UnixSecond};

use crate::csv_output::io_error;

/// The columns of `--csv`. Part of the surface.
const COLUMNS: [&str; 19] = [
    "customer",
    "source_waba_id",
    "destination_waba_id",
    "number",
    "old_phone_number_id",
    "new_phone_number_id",
    "message_id",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "category",
    "pricing_type",
    "billable",
    "payer",
    "sentence",
    "reason",
    "complete_after",
    "complete_by",
];

/// Writes the messages that one of `payers` pays for; all of them where none is named.
pub(super) fn write(ledger: &Ledger, payers: &[Payer]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(io::BufWriter::with_capacity(1 << 16, io::stdout().lock()));
    csv.write_record(COLUMNS).map_err(io_error)?;
    for message in ledger.messages().filter(|message| fits(message, payers)) {
        csv.write_record(line(&message)).map_err(io_error)?;
    }
    csv.flush()?;
    Ok(())
}

pub(super) fn fits(message: &LedgerMessage<'_>, payers: &[Payer]) -> bool {
    payers.is_empty() || payers.contains(&message.attribution.payer())
}

fn line(message: &LedgerMessage<'_>) -> [String; COLUMNS.len()] {
    let (number, times, price) = (message.number, message.times, message.price);
    let second = |second: Option<UnixSecond>| second.map(|second| second.to_string()).unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let completion = number.completion;
    [
        number.customer.clone(),
        number.source_waba.to_string(),
        number.destination_waba.as_ref().map(ToString::to_string).unwrap_or_default(),
        number.number.to_string(),
        number.old_phone_number_id.to_string(),
        number.new_phone_number_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        message.message_id.to_owned(),
        second(times.sent),
        second(times.delivered),
        second(times.read),
        second(times.failed),
        text(price.category),
        text(price.kind),
        price.billable.map(|billable| billable.to_string()).unwrap_or_default(),
        message.attribution.payer().name().to_owned(),
        text(message.attribution.sentence()),
        message.attribution.reason().to_owned(),
        completion.map(|completion| completion.sent_at.to_string()).unwrap_or_default(),
        completion.and_then(|completion| completion.known_at).map(|at| at.to_string()).unwrap_or_default(),
    ]
}
