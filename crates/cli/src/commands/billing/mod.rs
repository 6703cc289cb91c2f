//! `unmoor billing`: who pays for which message around the cutover, from forwarded webhooks. It decides nothing: the rule is
//! `unmoor_migration::billing::rule`.

mod compare;
mod csv_lines;
mod gather;
mod intake;
mod json_lines;
mod people;
#[cfg(test)]
mod tests;
mod webhook_file;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::SignedDuration;
use serde_json::json;
use unmoor_migration::billing::{BilledNumber, Ledger, Payer, Total, TotalKey};
use unmoor_store::{Filter, Store};

use crate::account_reader::AccountReader;
use crate::args::{BillingArgs, GlobalArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::selector;
use crate::text::counted;
use intake::Intake;
use webhook_file::{Line, WebhookFile};

/// So many damaged lines are told people one by one.
const MOST_TOLD: u64 = 50;

pub(crate) async fn run(args: &BillingArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let selection = selector::to_show(&args.selector, store.as_ref()).await?;
    let numbers = numbers(store.as_ref(), &selection.filter, args.clock_tolerance).await?;
    let reader = if args.compare { Some(AccountReader::open(&config, &store).await?) } else { None };
    if args.json {
        output.json_version()?;
    }
    let intake = attributed(numbers, &args.webhooks, args.json, output)?;
    let totals = intake.ledger.totals();
    if args.csv {
        csv_lines::write(&intake.ledger, &args.payer)?;
        people::notes(&intake, &totals, output);
    } else {
        let compared = match &reader {
            Some(reader) => Some(compare::all(reader, &intake.ledger, &totals).await),
            None => None,
        };
        if args.json {
            json_lines::write(&intake, &totals, compared.as_deref(), args, output)?;
        } else {
            people::show(&intake, &totals, compared.as_deref(), args.clock_tolerance, output)?;
            people::notes(&intake, &totals, output);
        }
    }
    let is_all_used = intake.counts.damaged_lines == 0 && intake.counts.of_shared_numbers == 0;
    Ok(if is_all_used { Exit::Done } else { Exit::BadInput })
}

/// The numbers of the migrations that fit; there has to be one.
pub(super) async fn numbers(
    store: &dyn Store,
    filter: &Filter,
    tolerance: SignedDuration,
) -> anyhow::Result<Vec<BilledNumber>> {
    let numbers = gather::numbers(store, filter, tolerance).await?;
    if numbers.is_empty() {
        return Err(Trouble::bad_input("none of these customers has a number that is known")
            .hint("`unmoor preflight` reads them")
            .into());
    }
    Ok(numbers)
}

/// What files of webhooks tell of these numbers. Lines that cannot be used are told on the way, as JSON or to people.
pub(super) fn attributed(
    numbers: Vec<BilledNumber>,
    webhooks: &[PathBuf],
    json: bool,
    output: &Output,
) -> anyhow::Result<Intake> {
    let mut intake = Intake::into(Ledger::of(numbers));
    let damaged = Damaged { json, output };
    for path in webhooks {
        read(WebhookFile::open(path, output)?, &mut intake, &damaged)?;
    }
    damaged.end(&intake);
    Ok(intake)
}

fn read(mut file: WebhookFile, intake: &mut Intake, damaged: &Damaged<'_>) -> anyhow::Result<()> {
    while let Some(line) = file.next_line()? {
        let faults = match line {
            Line::Webhook(payload) => intake.take(&payload),
            Line::Damaged(why) => vec![why],
        };
        if !faults.is_empty() {
            intake.counts.damaged_lines += 1;
            damaged.tell(&file, faults, intake.counts.damaged_lines)?;
        }
    }
    Ok(())
}

/// Tells what could not be used.
struct Damaged<'a> {
    json: bool,
    output: &'a Output,
}

impl Damaged<'_> {
    fn tell(&self, file: &WebhookFile, mut faults: Vec<String>, count: u64) -> anyhow::Result<()> {
        faults.sort_unstable();
        faults.dedup();
        let why = faults.join("; ");
        file.bar.suspend(|| {
            if self.json {
                let line = json!({ "type": "damaged_line", "file": file.name, "line": file.number, "why": why });
                return self.output.json(&line);
            }
            if count <= MOST_TOLD {
                self.output.error(format_args!("{}, line {}: {why}", file.name, file.number));
            }
            Ok(())
        })?;
        Ok(())
    }

    fn end(&self, intake: &Intake) {
        let more = intake.counts.damaged_lines.saturating_sub(MOST_TOLD);
        if more > 0 && !self.json {
            self.output.error(format_args!("{} like that; --json lists them all", counted(more, "more line")));
        }
    }
}

/// What the totals of one number, or of all, add up to.
fn total(totals: &BTreeMap<TotalKey, u64>, number: Option<usize>) -> Total {
    let mut sum = Total::default();
    for (key, count) in totals.iter().filter(|(key, _)| number.is_none_or(|number| key.number == number)) {
        sum.add(key.attribution, key.billable, *count);
    }
    sum
}

/// Billable messages by category: the old Solution Partner's, the customer's, undetermined.
fn by_category(totals: &BTreeMap<TotalKey, u64>) -> BTreeMap<String, [u64; 3]> {
    let mut categories = BTreeMap::<String, [u64; 3]>::new();
    for (key, count) in totals.iter().filter(|(key, _)| key.billable == Some(true)) {
        let category = key.category.clone().unwrap_or_else(|| "not told".to_owned());
        let [partner, customer, undetermined] = categories.entry(category).or_default();
        match key.attribution.payer() {
            Payer::OldSolutionPartner => *partner += count,
            Payer::Customer => *customer += count,
            Payer::Undetermined => *undetermined += count,
            Payer::Nobody => {}
        }
    }
    categories.retain(|_, counts| counts.iter().any(|count| *count > 0));
    categories
}
