//! The ledger beside Meta's own figures (observations: billing.analytics, billing.analytics_free).

use std::collections::BTreeMap;

use serde::Serialize;

use super::rule::Payer;
use super::totals::TotalKey;

/// So many delivered messages of one number and price, as `pricing_analytics` of one WABA has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// `pricing_category`, as it came.
    pub category: Option<String>,
    /// `pricing_type`, as it came.
    pub kind: Option<String>,
    /// How many were delivered.
    pub volume: u64,
}

/// Whether ledger and figures can both be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// They can: each undetermined message has its place on one side.
    Agrees,
    /// They cannot.
    Differs,
    /// Only one side is there, and what it says can be true.
    AgreesAsFarAsShown,
    /// Meta shows neither side.
    NotShown,
}

/// One number's messages of one category on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Meta's category in lower case, for what is charged; `free` for all that is not, since Meta's pages disagree about its
    /// category; `price_not_told` where no status told a price.
    pub category: String,
    /// Delivered messages that the old Solution Partner sent, by the ledger.
    pub ledger_source: u64,
    /// Those of the source WABA by Meta's figures, where it shows any.
    pub source_volume: Option<u64>,
    /// Delivered messages that the customer's own WABA sent, by the ledger.
    pub ledger_destination: u64,
    /// Those of the destination WABA by Meta's figures.
    pub destination_volume: Option<u64>,
    /// Delivered messages of which the ledger cannot tell.
    pub undetermined: u64,
    /// Whether these can be true together.
    pub agreement: Agreement,
}

/// What is counted under one category.
#[derive(Debug, Default)]
struct Counted {
    source: u64,
    destination: u64,
    undetermined: u64,
    source_volume: u64,
    destination_volume: u64,
}

/// Compares the ledger's totals of the number at place `number` with what the two WABAs show; `None` for one that shows nothing.
#[must_use]
pub fn compare(
    totals: &BTreeMap<TotalKey, u64>,
    number: usize,
    source: Option<&[Figure]>,
    destination: Option<&[Figure]>,
) -> Vec<Comparison> {
    let mut counted = BTreeMap::<String, Counted>::new();
    for (key, count) in totals.iter().filter(|(key, _)| key.number == number) {
        let is_free = key.billable == Some(false);
        let is_told = key.billable.is_some();
        let place: fn(&mut Counted) -> &mut u64 = match key.attribution.payer() {
            Payer::Nobody => continue,
            Payer::OldSolutionPartner => |counted| &mut counted.source,
            Payer::Customer => |counted| &mut counted.destination,
            Payer::Undetermined => |counted| &mut counted.undetermined,
        };
        let category = if is_told { category_of(is_free, key.category.as_deref()) } else { NOT_TOLD.to_owned() };
        *place(counted.entry(category).or_default()) += count;
    }
    for figure in source.unwrap_or_default() {
        counted.entry(figure.compared_under()).or_default().source_volume += figure.volume;
    }
    for figure in destination.unwrap_or_default() {
        counted.entry(figure.compared_under()).or_default().destination_volume += figure.volume;
    }
    let shown = |is_shown: bool, volume: u64| is_shown.then_some(volume);
    counted
        .into_iter()
        .map(|(category, counted)| {
            let source_volume = shown(source.is_some(), counted.source_volume);
            let destination_volume = shown(destination.is_some(), counted.destination_volume);
            Comparison {
                category,
                ledger_source: counted.source,
                source_volume,
                ledger_destination: counted.destination,
                destination_volume,
                undetermined: counted.undetermined,
                agreement: agreement(&counted, source_volume, destination_volume),
            }
        })
        .collect()
}

const FREE: &str = "free";
const NOT_TOLD: &str = "price_not_told";

fn category_of(is_free: bool, category: Option<&str>) -> String {
    match category {
        _ if is_free => FREE.to_owned(),
        Some(category) => category.to_ascii_lowercase().replace('-', "_"),
        None => NOT_TOLD.to_owned(),
    }
}

impl Figure {
    /// What it is compared under: [`Comparison::category`].
    #[must_use]
    pub fn compared_under(&self) -> String {
        let is_free = self.kind.as_deref().is_some_and(|kind| kind.to_ascii_lowercase().starts_with(FREE));
        category_of(is_free, self.category.as_deref())
    }
}

/// What a side has beyond the ledger must come from the undetermined ones.
fn agreement(counted: &Counted, source: Option<u64>, destination: Option<u64>) -> Agreement {
    let beyond = |shown: u64, counted: u64| shown.checked_sub(counted);
    let fits = |shown: u64, of: u64| beyond(shown, of).is_some_and(|beyond| beyond <= counted.undetermined);
    match (source, destination) {
        (None, None) => Agreement::NotShown,
        (Some(source), None) if fits(source, counted.source) => Agreement::AgreesAsFarAsShown,
        (None, Some(destination)) if fits(destination, counted.destination) => Agreement::AgreesAsFarAsShown,
        (Some(source), Some(destination)) => {
            let both = beyond(source, counted.source).zip(beyond(destination, counted.destination));
            let agrees = both.is_some_and(|(more, others)| more + others == counted.undetermined);
            if agrees { Agreement::Agrees } else { Agreement::Differs }
        }
        (Some(_), None) | (None, Some(_)) => Agreement::Differs,
    }
}
