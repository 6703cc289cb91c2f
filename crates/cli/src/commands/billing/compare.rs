//! Meta's own figures of both accounts beside the ledger (observations: billing.analytics).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use unmoor_graph_api::WabaId;
use unmoor_graph_api::calls::{PricingPoint, ReadPricingAnalytics};
use unmoor_migration::billing::{self, BilledNumber, Comparison, Figure, Ledger, Payer, TotalKey, UnixSecond};
use unmoor_migration::{E164, MigrationId};

use super::json_lines::extend;
use crate::account_reader::{Account, AccountReader};

const HALF_HOUR_S: i64 = 1800;

/// One number on both sides.
pub(super) struct Compared {
    pub(super) customer: String,
    pub(super) number: E164,
    pub(super) rows: Vec<Comparison>,
    /// What the new WABA is charged, in its currency, by category.
    pub(super) cost: BTreeMap<String, f64>,
    /// The first half hour in which the new WABA is charged anything: from there on somebody else pays than before.
    pub(super) first_cost_at: Option<Timestamp>,
    /// Why a side is not shown.
    pub(super) not_shown: Vec<String>,
}

impl Compared {
    pub(super) fn line(&self) -> anyhow::Result<Value> {
        let mut line = json!({ "type": "comparison", "customer": self.customer, "number": self.number });
        extend(
            &mut line,
            &json!({
                "categories": serde_json::to_value(&self.rows)?,
                "destination_cost": self.cost,
                "first_cost_at": self.first_cost_at,
                "not_shown": self.not_shown,
            }),
        );
        Ok(line)
    }
}

/// Compares every number that has messages. One account that cannot be read does not stop the others.
pub(super) async fn all(reader: &AccountReader, ledger: &Ledger, totals: &BTreeMap<TotalKey, u64>) -> Vec<Compared> {
    let spans = spans(ledger);
    let mut read = BTreeMap::new();
    for (id, (number, span)) in &spans {
        let source = analytics(reader, id, Account::Source, Some(number.source_waba.as_str()), *span).await;
        let destination = number.destination_waba.as_ref().map(unmoor_migration::WabaId::as_str);
        let destination = analytics(reader, id, Account::Destination, destination, *span).await;
        read.insert(*id, (source, destination));
    }
    let mut compared = Vec::new();
    for (place, number) in ledger.numbers().iter().enumerate() {
        let Some((source, destination)) = read.get(&number.migration) else { continue };
        if totals.keys().any(|key| key.number == place) {
            compared.push(one(totals, place, number, source, destination));
        }
    }
    compared
}

type Read = Result<Vec<PricingPoint>, String>;

/// From the first to the last instant that a message of each migration has, in whole half hours.
fn spans(ledger: &Ledger) -> BTreeMap<&MigrationId, (&BilledNumber, (i64, i64))> {
    let mut spans = BTreeMap::<&MigrationId, (&BilledNumber, (i64, i64))>::new();
    for message in ledger.messages() {
        let times = message.times;
        for second in [times.sent, times.delivered, times.read].into_iter().flatten().map(UnixSecond::get) {
            let half_hour = second - second.rem_euclid(HALF_HOUR_S);
            let span = (half_hour, half_hour + HALF_HOUR_S);
            let (_, known) = spans.entry(&message.number.migration).or_insert((message.number, span));
            *known = (known.0.min(span.0), known.1.max(span.1));
        }
    }
    spans
}

async fn analytics(
    reader: &AccountReader,
    id: &MigrationId,
    account: Account,
    waba: Option<&str>,
    (start, end): (i64, i64),
) -> Read {
    let waba = waba.ok_or("there is no new WABA yet")?;
    let instant = |second| Timestamp::from_second(second).map_err(|error| error.to_string());
    let call = ReadPricingAnalytics {
        token: reader.token(id, account).await?,
        waba_id: WabaId::parse(waba).map_err(|error| error.to_string())?,
        start: instant(start)?,
        end: instant(end)?,
    };
    reader.read(&call).await
}

fn one(
    totals: &BTreeMap<TotalKey, u64>,
    place: usize,
    number: &BilledNumber,
    source: &Read,
    destination: &Read,
) -> Compared {
    let mut not_shown = Vec::new();
    let delivered_by = |payer| {
        let same = totals.iter().filter(|(key, _)| key.number == place && key.attribution.payer() == payer);
        same.map(|(_, count)| count).sum::<u64>()
    };
    let mut side = |read, which, payer| match points(number, read) {
        Ok(points) if points.is_empty() && delivered_by(payer) > 0 => {
            not_shown.push(format!("the {which} shows nothing of it: an account shows only the numbers that it lists"));
            None
        }
        Ok(points) => Some(points),
        Err(why) => {
            not_shown.push(format!("the {which} shows nothing: {why}"));
            None
        }
    };
    let of_source = side(source, "source WABA", Payer::OldSolutionPartner);
    let of_destination = side(destination, "new WABA", Payer::Customer);
    let figures = |points: &Vec<&PricingPoint>| points.iter().map(|point| figure(point)).collect::<Vec<_>>();
    let (source, destination) = (of_source.as_ref().map(figures), of_destination.as_ref().map(figures));
    let rows = billing::compare(totals, place, source.as_deref(), destination.as_deref());
    let mut cost = BTreeMap::new();
    let mut first_cost_at = None;
    for point in of_destination.iter().flatten() {
        let Some(paid) = point.cost.filter(|paid| *paid > 0.0) else { continue };
        *cost.entry(figure(point).compared_under()).or_insert(0.0) += paid;
        first_cost_at = Some(first_cost_at.map_or(point.start, |first: Timestamp| first.min(point.start)));
    }
    let (customer, number) = (number.customer.clone(), number.number.clone());
    Compared { customer, number, rows, cost, first_cost_at, not_shown }
}

/// The points of one number (observations: billing.analytics_numbers).
fn points<'a>(number: &BilledNumber, read: &'a Read) -> Result<Vec<&'a PricingPoint>, &'a str> {
    let digits = number.number.as_str().trim_start_matches('+');
    let is_of_number = |point: &&PricingPoint| {
        let written = point.phone_number.as_deref().unwrap_or_default();
        written.chars().filter(char::is_ascii_digit).eq(digits.chars())
    };
    let points = read.as_ref().map_err(String::as_str)?;
    Ok(points.iter().filter(is_of_number).collect())
}

fn figure(point: &PricingPoint) -> Figure {
    Figure { category: point.category.clone(), kind: point.kind.clone(), volume: point.volume.unwrap_or_default() }
}
