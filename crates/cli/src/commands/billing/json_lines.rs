//! The ledger as JSON lines.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unmoor_migration::billing::{LedgerMessage, TotalKey, rule};

use super::compare::Compared;
use super::intake::{Intake, SharedNumber};
use super::{by_category, csv_lines, total};
use crate::args::BillingArgs;
use crate::output::Output;

pub(super) fn write(
    intake: &Intake,
    totals: &BTreeMap<TotalKey, u64>,
    compared: Option<&[Compared]>,
    args: &BillingArgs,
    output: &Output,
) -> anyhow::Result<()> {
    if args.messages {
        for message in intake.ledger.messages().filter(|message| csv_lines::fits(message, &args.payer)) {
            output.json(&line(&message))?;
        }
    }
    for (place, number) in intake.ledger.numbers().iter().enumerate() {
        let counts: Vec<Value> = totals.iter().filter(|(key, _)| key.number == place).map(kind).collect();
        let mut line = json!({
            "type": "number",
            "customer": number.customer,
            "source_waba_id": number.source_waba,
            "destination_waba_id": number.destination_waba,
            "number": number.number,
            "old_phone_number_id": number.old_phone_number_id,
            "new_phone_number_id": number.new_phone_number_id,
            "complete_after": number.completion.map(|completion| completion.sent_at),
            "complete_by": number.completion.and_then(|completion| completion.known_at),
        });
        extend(&mut line, &serde_json::to_value(total(totals, Some(place)))?);
        extend(&mut line, &json!({ "kinds": counts }));
        output.json(&line)?;
    }
    for (phone, unknown) in &intake.unknown {
        let mut line = json!({ "type": "unknown_number", "phone_number_id": phone });
        extend(&mut line, &serde_json::to_value(unknown)?);
        output.json(&line)?;
    }
    for shared in intake.shared() {
        output.json(&shared_line(&shared))?;
    }
    for compared in compared.unwrap_or_default() {
        output.json(&compared.line()?)?;
    }
    let mut summary = json!({ "type": "summary", "messages": intake.ledger.len() });
    extend(&mut summary, &serde_json::to_value(&intake.counts)?);
    extend(&mut summary, &serde_json::to_value(total(totals, None))?);
    let categories: BTreeMap<_, _> = by_category(totals)
        .into_iter()
        .map(|(category, [partner, customer, undetermined])| {
            let counts = json!({ "old_solution_partner": partner, "customer": customer, "undetermined": undetermined });
            (category, counts)
        })
        .collect();
    extend(
        &mut summary,
        &json!({
            "categories": categories,
            "clock_tolerance_s": args.clock_tolerance.as_secs(),
            "rule": rule::STATED,
            "wordings": rule::WORDINGS,
        }),
    );
    output.json(&summary)?;
    Ok(())
}

pub(super) fn shared_line(shared: &SharedNumber) -> Value {
    let claimed_by: Vec<Value> = shared
        .claimed_by
        .iter()
        .map(|(customer, source_waba)| json!({ "customer": customer, "source_waba_id": source_waba }))
        .collect();
    json!({
        "type": "shared_number",
        "phone_number_id": shared.phone_number_id,
        "claimed_by": claimed_by,
        "statuses": shared.statuses,
    })
}

fn line(message: &LedgerMessage<'_>) -> Value {
    let (times, price) = (message.times, message.price);
    json!({
        "type": "message",
        "customer": message.number.customer,
        "number": message.number.number,
        "message_id": message.message_id,
        "sent_at": times.sent,
        "delivered_at": times.delivered,
        "read_at": times.read,
        "failed_at": times.failed,
        "category": price.category,
        "pricing_type": price.kind,
        "billable": price.billable,
        "payer": message.attribution.payer(),
        "sentence": message.attribution.sentence(),
        "reason": message.attribution.code(),
    })
}

fn kind((key, count): (&TotalKey, &u64)) -> Value {
    json!({
        "reason": key.attribution.code(),
        "payer": key.attribution.payer(),
        "sentence": key.attribution.sentence(),
        "category": key.category,
        "pricing_type": key.kind,
        "billable": key.billable,
        "messages": count,
    })
}

/// Adds the members of `more`.
pub(super) fn extend(line: &mut Value, more: &Value) {
    if let (Some(line), Some(more)) = (line.as_object_mut(), more.as_object()) {
        line.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
