//! The ledger for people.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use unmoor_migration::billing::{Agreement, Attribution, BilledNumber, Doubt, TotalKey, rule};
use unmoor_migration::words;

use super::compare::Compared;
use super::intake::{Intake, SharedNumber};
use super::{by_category, total};
use crate::output::Output;
use crate::text::{self, counted, or_dash};

/// So many unknown numbers are told one by one.
const MOST_TOLD: usize = 10;

pub(super) fn show(
    intake: &Intake,
    totals: &BTreeMap<TotalKey, u64>,
    compared: Option<&[Compared]>,
    tolerance: SignedDuration,
    output: &Output,
) -> anyhow::Result<()> {
    let counts = &intake.counts;
    output.line(format_args!(
        "{} of {} in {}",
        statuses(counts.statuses),
        counted(intake.ledger.len() as u64, "message"),
        counted(counts.webhooks, "webhook")
    ))?;
    if !intake.ledger.is_empty() {
        output.line("")?;
        numbers(intake, totals, output)?;
        categories(totals, output)?;
    }
    if let Some(compared) = compared {
        comparison(compared, output)?;
    }
    output.line("")?;
    output.line("How this was decided:")?;
    for sentence in rule::STATED.iter().chain(&rule::WORDINGS) {
        output.line(format_args!("- {sentence}"))?;
    }
    output.line(format_args!(
        "- The interval is {} wider on both sides than the journal has it, since clocks may differ (--clock-tolerance).",
        words::duration(tolerance)
    ))?;
    Ok(())
}

fn statuses(count: u64) -> String {
    if count == 1 { "1 status".to_owned() } else { format!("{count} statuses") }
}

fn numbers(intake: &Intake, totals: &BTreeMap<TotalKey, u64>, output: &Output) -> anyhow::Result<()> {
    let mut table =
        text::table(["Customer", "Number", "Complete", "B1", "B2", "B1/B2", "B3", "Undetermined", "Free", "Open tail"]);
    let mut silent = 0_u64;
    for (place, number) in intake.ledger.numbers().iter().enumerate() {
        let sum = total(totals, Some(place));
        if !totals.keys().any(|key| key.number == place) {
            silent += 1;
            continue;
        }
        table.add_row([
            number.customer.clone(),
            number.number.to_string(),
            complete(number),
            sum.b1.to_string(),
            sum.b2.to_string(),
            sum.b1_or_b2.to_string(),
            sum.b3.to_string(),
            sum.undetermined.to_string(),
            sum.free.to_string(),
            sum.open_tail.to_string(),
        ]);
    }
    output.line(table.trim_fmt())?;
    let all = total(totals, None);
    if all.open + all.failed > 0 {
        output.line(format_args!(
            "{} not delivered so far and no tail, {} failed",
            counted(all.open, "message"),
            all.failed
        ))?;
    }
    if silent > 0 {
        output.line(format_args!("{} without a message in these files", counted(silent, "selected number")))?;
    }
    Ok(())
}

/// `2027-03-01T08:21:04Z + 3 s`: the beginning of the interval, and its length in seconds that are touched.
fn complete(number: &BilledNumber) -> String {
    let Some(completion) = number.completion else { return "not yet".to_owned() };
    match completion.known_at {
        None => format!("open since {:.0}", completion.sent_at),
        Some(known) => {
            let touched = known.as_second() - completion.sent_at.as_second() + 1;
            format!("{:.0} + {touched} s", completion.sent_at)
        }
    }
}

fn categories(totals: &BTreeMap<TotalKey, u64>, output: &Output) -> anyhow::Result<()> {
    let categories = by_category(totals);
    output.line("")?;
    if categories.is_empty() {
        output.line("none of these messages is billable so far")?;
        return Ok(());
    }
    let mut table = text::table(["Billable", "Old Solution Partner", "Customer", "Undetermined"]);
    let mut all = [0_u64; 3];
    for (category, counts) in categories {
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
        table.add_row([text::spaced(&category), counts[0].to_string(), counts[1].to_string(), counts[2].to_string()]);
    }
    table.add_row(["all".to_owned(), all[0].to_string(), all[1].to_string(), all[2].to_string()]);
    output.line(table.trim_fmt())?;
    Ok(())
}

fn comparison(compared: &[Compared], output: &Output) -> anyhow::Result<()> {
    let mut table = text::table([
        "Number",
        "Category",
        "Source, ledger",
        "Source, Meta",
        "New WABA, ledger",
        "New WABA, Meta",
        "Undetermined",
        "Cost, Meta",
        "Verdict",
    ]);
    for one in compared {
        for row in &one.rows {
            table.add_row([
                one.number.to_string(),
                text::spaced(&row.category),
                row.ledger_source.to_string(),
                or_dash(row.source_volume),
                row.ledger_destination.to_string(),
                or_dash(row.destination_volume),
                row.undetermined.to_string(),
                or_dash(one.cost.get(&row.category).map(|cost| format!("{cost:.2}"))),
                verdict(row.agreement).to_owned(),
            ]);
        }
    }
    output.line("")?;
    output.line(
        "Meta's pricing_analytics beside it (delivered messages; approximate, and hours late by Meta's own word):",
    )?;
    output.line(table.trim_fmt())?;
    for one in compared {
        for why in &one.not_shown {
            output.line(format_args!("{}: {why}", one.number))?;
        }
        if let Some(at) = one.first_cost_at {
            output.line(format_args!("{}: the new WABA is charged from the half hour of {at:.0} on", one.number))?;
        }
    }
    Ok(())
}

fn verdict(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "differs",
        Agreement::AgreesAsFarAsShown => "agrees, one side not shown",
        Agreement::NotShown => "not shown",
    }
}

/// `phone number id 42 is two selected migrations' own (acorn-bakery of 101, birch-books of 102): …`
pub(super) fn in_words(shared: &SharedNumber) -> String {
    let claimed_by: Vec<String> =
        shared.claimed_by.iter().map(|(customer, waba)| format!("{customer} of {waba}")).collect();
    format!(
        "phone number id {} belongs to {} selected migrations ({}): {} attributed to none of them; \
         select one by its source WABA to see what it makes of them",
        shared.phone_number_id,
        claimed_by.len(),
        claimed_by.join(", "),
        if shared.statuses == 1 {
            "1 status under it is".to_owned()
        } else {
            format!("{} statuses under it are", shared.statuses)
        },
    )
}

/// What is to be known beside the figures, on stderr.
pub(super) fn notes(intake: &Intake, totals: &BTreeMap<TotalKey, u64>, output: &Output) {
    let of = |doubt| {
        let same = totals.iter().filter(|(key, _)| key.attribution == Attribution::Undetermined(doubt));
        same.map(|(_, count)| count).sum::<u64>()
    };
    let reasons = [Doubt::CompletionInterval, Doubt::SendingNotTold, Doubt::ClocksDisagree];
    for doubt in reasons.into_iter().filter(|doubt| of(*doubt) > 0) {
        let reason = Attribution::Undetermined(doubt).reason();
        output.note(format_args!("undetermined, {reason}: {}", counted(of(doubt), "message")));
    }
    if of(Doubt::ClocksDisagree) > 0 {
        output.warn(
            "the clock of this machine and Meta's seem to differ by more than --clock-tolerance leaves room for: \
             `unmoor doctor` compares them, and a greater tolerance makes more messages undetermined",
        );
    }
    let untold = total(totals, None).price_not_told;
    if untold > 0 {
        output.note(format_args!("{} without a price: no status told one", counted(untold, "delivered message")));
    }
    for shared in intake.shared() {
        output.warn(in_words(&shared));
    }
    for (phone, unknown) in intake.unknown.iter().take(MOST_TOLD) {
        let display = unknown.display_phone_number.as_ref().map(|digits| format!(" (+{digits})")).unwrap_or_default();
        output.note(format_args!(
            "not selected, or not known: phone number id {phone}{display}, {}",
            statuses(unknown.statuses)
        ));
    }
    if intake.unknown.len() > MOST_TOLD {
        let more = (intake.unknown.len() - MOST_TOLD) as u64;
        output.note(format_args!("{} like that; --json lists them", counted(more, "more number")));
    }
    if intake.counts.of_other_kinds > 0 {
        output.note(format_args!("{} of kinds that decide nothing", statuses(intake.counts.of_other_kinds)));
    }
    if intake.ledger.is_empty() {
        output.warn("no status in these files is about the selected numbers");
    }
}
