//! What delivered messages cost, by number, country, type and category: the field `pricing_analytics` of a WABA, and the edge
//! of the same name (observations: billing.analytics, billing.analytics_cost, billing.analytics_numbers).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{Call, Served};
use crate::{
    http::error::{Answer, GraphError},
    phone::Digits,
    state::State,
    world::{Amount, Funding, PricingType, Volume, VolumeKey, Waba, half_hour_of},
};

pub(super) const SERVED: &[Served] = &[Served::new("GET", "/<WABA>/pricing_analytics", of_edge).takes(&NAMES)];

const HALF_HOUR_S: i64 = 1800;

fn of_edge(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let mut arguments = Vec::new();
    for name in NAMES {
        if let Some(text) = call.params.text_or_list(name)? {
            arguments.push((name.to_owned(), text));
        }
    }
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    of_field(call.state, waba, &arguments)
}

/// The value of the field with what stands behind it.
pub(super) fn of_field(state: &State, waba: &Waba, arguments: &[(String, String)]) -> Answer<Value> {
    let query = Query::read(waba, arguments)?;
    let points = query.points(state, waba);
    let shown: Vec<Value> = points.iter().map(|(point, volume)| query.show(point, *volume)).collect();
    Ok(json!({ "data": [{ "data_points": shown }] }))
}

const NAMES: [&str; 9] = [
    "start",
    "end",
    "granularity",
    "phone_numbers",
    "country_codes",
    "metric_types",
    "pricing_types",
    "pricing_categories",
    "dimensions",
];
const GRANULARITIES: &[&str] = &["HALF_HOUR", "DAILY", "MONTHLY"];
const METRICS: &[&str] = &["COST", "VOLUME"];
const TYPES: &[&str] = &["REGULAR", "FREE_CUSTOMER_SERVICE", "FREE_ENTRY_POINT"];
const CATEGORIES: &[&str] =
    &["AUTHENTICATION", "AUTHENTICATION_INTERNATIONAL", "MARKETING", "UTILITY", "SERVICE", "REFERRAL_CONVERSION"];
const DIMENSIONS: &[&str] = &["COUNTRY", "PHONE", "PRICING_CATEGORY", "PRICING_TYPE", "TIER"];

/// What is asked. An empty set lets everything pass.
struct Query {
    start: u32,
    end: u32,
    granularity: String,
    phone_numbers: BTreeSet<String>,
    country_codes: BTreeSet<String>,
    types: BTreeSet<String>,
    categories: BTreeSet<String>,
    dimensions: BTreeSet<String>,
    shows_cost: bool,
    shows_volume: bool,
}

/// What the messages of one data point have in common; what is not asked for is absent.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    start: i64,
    end: i64,
    number: Option<Digits>,
    country: Option<String>,
    tier: Option<&'static str>,
    kind: Option<String>,
    category: Option<String>,
}

impl Query {
    fn read(waba: &Waba, arguments: &[(String, String)]) -> Answer<Self> {
        let mut given = BTreeMap::new();
        for (name, value) in arguments {
            if !NAMES.contains(&name.as_str()) {
                return Err(GraphError::not_simulated(&format!("pricing_analytics.{name}"), &NAMES));
            }
            given.insert(name.as_str(), value.as_str());
        }
        let instant = |name: &str| {
            let text = given.get(name).ok_or_else(|| GraphError::missing(name))?;
            let at = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
            at.ok_or_else(|| wrong(name, "a Unix timestamp in seconds"))
        };
        let (start, end) = (instant("start")?, instant("end")?);
        if start >= end {
            return Err(wrong("end", "later than start"));
        }
        let granularity = given.get("granularity").ok_or_else(|| GraphError::missing("granularity"))?;
        let granularity = granularity.trim_matches(['"', '\'']).to_ascii_uppercase();
        if !GRANULARITIES.contains(&granularity.as_str()) {
            return Err(wrong("granularity", &format!("one of {{{}}}", GRANULARITIES.join(", "))));
        }
        let words = |name: &str, allowed: &[&str]| {
            let words: BTreeSet<String> = given.get(name).map(|text| split(text)).unwrap_or_default();
            match words.iter().find(|word| !allowed.is_empty() && !allowed.contains(&word.as_str())) {
                Some(_) => Err(wrong(name, &format!("a list of {{{}}}", allowed.join(", ")))),
                None => Ok(words),
            }
        };
        let metrics = words("metric_types", METRICS)?;
        let (shows_cost, shows_volume) = shown_metrics(waba, &metrics)?;
        Ok(Self {
            start: half_hour_of(start),
            end: half_hour_of(end - jiff::SignedDuration::from_secs(1)).saturating_add(1),
            granularity,
            phone_numbers: words("phone_numbers", &[])?.iter().map(|number| number.replace('+', "")).collect(),
            country_codes: words("country_codes", &[])?,
            types: words("pricing_types", TYPES)?,
            categories: words("pricing_categories", CATEGORIES)?,
            dimensions: words("dimensions", DIMENSIONS)?,
            shows_cost,
            shows_volume,
        })
    }

    /// Every data point with what it adds up to: of the numbers that the WABA lists now, and of no others.
    fn points(&self, state: &State, waba: &Waba) -> BTreeMap<Point, Volume> {
        let listed: BTreeSet<Digits> = waba.numbers.iter().map(|entry| Digits::from(&entry.number)).collect();
        let mut points = BTreeMap::<Point, Volume>::new();
        for (key, volume) in state.world.messaging.volumes_between(waba.id, self.start, self.end) {
            if listed.contains(&key.number) && self.passes(key) {
                let sum = points.entry(self.point(key)).or_default();
                sum.messages = sum.messages.saturating_add(volume.messages);
                sum.amount = sum.amount.plus(volume.amount);
            }
        }
        points
    }

    fn passes(&self, key: &VolumeKey) -> bool {
        let passes = |wanted: &BTreeSet<String>, has: &str| wanted.is_empty() || wanted.contains(has);
        passes(&self.phone_numbers, &key.number.to_string())
            && passes(&self.country_codes, &key.country.to_string())
            && passes(&self.types, &key.pricing.kind.as_str().to_ascii_uppercase())
            && passes(&self.categories, &key.pricing.category.as_str().to_ascii_uppercase())
    }

    fn point(&self, key: &VolumeKey) -> Point {
        let has = |dimension: &str| self.dimensions.contains(dimension);
        let (start, end) = interval(&self.granularity, i64::from(key.half_hour) * HALF_HOUR_S);
        let shows_tier = has("TIER") && has("COUNTRY") && has("PRICING_CATEGORY");
        Point {
            start,
            end,
            number: has("PHONE").then_some(key.number),
            country: has("COUNTRY").then(|| key.country.to_string()),
            // No volume tiers here: everything that is charged is in the one tier there is.
            tier: (shows_tier && key.pricing.kind == PricingType::Regular).then_some("0:MAX"),
            kind: has("PRICING_TYPE").then(|| key.pricing.kind.as_str().to_ascii_uppercase()),
            category: has("PRICING_CATEGORY").then(|| key.pricing.category.as_str().to_ascii_uppercase()),
        }
    }

    fn show(&self, point: &Point, volume: Volume) -> Value {
        let mut shown = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                shown.insert(name.to_owned(), value);
            }
        };
        add("start", Some(point.start.into()));
        add("end", Some(point.end.into()));
        add("phone_number", point.number.map(|number| number.to_string().into()));
        add("country", point.country.clone().map(Value::from));
        add("tier", point.tier.map(Value::from));
        add("pricing_type", point.kind.clone().map(Value::from));
        add("pricing_category", point.category.clone().map(Value::from));
        add("volume", self.shows_volume.then(|| volume.messages.into()));
        add("cost", self.shows_cost.then(|| cost(volume.amount)));
        Value::Object(shown)
    }
}

/// Whether cost and volume are shown. Where a partner's credit line pays, cost never is, and to ask for nothing else is
/// refused.
fn shown_metrics(waba: &Waba, metrics: &BTreeSet<String>) -> Answer<(bool, bool)> {
    let wants = |metric: &str| metrics.is_empty() || metrics.contains(metric);
    match waba.funding {
        Funding::CreditLine(_) if !wants("VOLUME") => Err(GraphError::new(400, 100, "Cost not available").details(
            "Cost is no longer shown to businesses that are billed through a partner. To understand the charges, ask that partner.",
        )),
        Funding::CreditLine(_) => Ok((false, true)),
        Funding::None | Funding::PaymentMethod(_) | Funding::Declined(_) => Ok((wants("COST"), wants("VOLUME"))),
    }
}

/// Begin and end of the interval that a half hour falls into, in Unix seconds: days and months of UTC.
fn interval(granularity: &str, half_hour_s: i64) -> (i64, i64) {
    const DAY_S: i64 = 86_400;
    match granularity {
        "DAILY" => {
            let start = half_hour_s - half_hour_s.rem_euclid(DAY_S);
            (start, start + DAY_S)
        }
        "MONTHLY" => month(half_hour_s).unwrap_or((half_hour_s, half_hour_s)),
        _ => (half_hour_s, half_hour_s + HALF_HOUR_S),
    }
}

fn month(second: i64) -> Option<(i64, i64)> {
    let day = Timestamp::from_second(second).ok()?.to_zoned(TimeZone::UTC).date();
    let midnight = |day: jiff::civil::Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    Some((midnight(day.first_of_month())?, midnight(day.last_of_month().tomorrow().ok()?)?))
}

/// A whole number without a point, as Meta shows it.
fn cost(amount: Amount) -> Value {
    let units = amount.in_units();
    #[expect(clippy::cast_possible_truncation, reason = "whole, and far below the limits of the type")]
    let whole = units as i64;
    if units.fract() == 0.0 { whole.into() } else { units.into() }
}

/// `[A,B]`, `["A","B"]` and `A,B` alike; nothing for `[]`.
fn split(text: &str) -> BTreeSet<String> {
    let words = text.trim_matches(['[', ']', ' ']).split(',').map(|word| word.trim_matches([' ', '"', '\'']));
    words.filter(|word| !word.is_empty()).map(str::to_ascii_uppercase).collect()
}

fn wrong(name: &str, expected: &str) -> Box<GraphError> {
    GraphError::new(400, 100, &format!("Param {name} must be {expected}"))
}
