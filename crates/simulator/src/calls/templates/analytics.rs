//! What became of the messages of templates (observations: billing.template_analytics).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Call;
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    rules::templates::analytics::{self, UseOfDay},
};

pub(super) const NAMES: &[&str] = &["start", "end", "granularity", "metric_types", "template_ids"];

/// Those that are served. READ, CLICKED and COST are Meta's too.
const METRICS: [&str; 2] = ["SENT", "DELIVERED"];

pub(super) fn read(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let span = (instant(call, "start")?, instant(call, "end")?);
    let granularity = call.params.required("granularity")?;
    if !granularity.eq_ignore_ascii_case("DAILY") {
        return Err(GraphError::invalid_parameter("granularity must be DAILY"));
    }
    let metrics = metrics(call)?;
    let templates = template_ids(call)?;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let days = analytics::read(call.state, call.cause.at, waba, &templates, span)?;
    let points: Vec<Value> = days.iter().map(|day| point(day, &metrics)).collect();
    Ok(json!({ "data": [{ "granularity": "DAILY", "data_points": points }] }))
}

fn point(day: &UseOfDay, metrics: &BTreeSet<String>) -> Value {
    let mut shown = Map::new();
    shown.insert("template_id".to_owned(), json!(day.template.to_string()));
    shown.insert("start".to_owned(), json!(day.start));
    shown.insert("end".to_owned(), json!(day.end));
    for (metric, count) in METRICS.into_iter().zip([day.counted.sent, day.counted.delivered]) {
        if metrics.contains(metric) {
            shown.insert(metric.to_ascii_lowercase(), json!(count));
        }
    }
    Value::Object(shown)
}

fn instant(call: &Call<'_>, name: &str) -> Answer<Timestamp> {
    let second = call.params.integer(name)?.ok_or_else(|| GraphError::missing(name))?;
    Timestamp::from_second(second)
        .map_err(|_| GraphError::invalid_parameter(format!("{name} must be a Unix timestamp in seconds")))
}

/// All that are served, unless some are named.
fn metrics(call: &Call<'_>) -> Answer<BTreeSet<String>> {
    let named: BTreeSet<String> = call.params.list("metric_types")?.unwrap_or_default().into_iter().collect();
    match named.iter().find(|metric| !METRICS.contains(&metric.as_str())) {
        Some(other) => Err(GraphError::not_simulated(&format!("the metric {other} of template_analytics"), &METRICS)),
        None if named.is_empty() => Ok(METRICS.map(str::to_owned).into()),
        None => Ok(named),
    }
}

fn template_ids(call: &Call<'_>) -> Answer<BTreeSet<Id>> {
    let ids = call.params.list("template_ids")?.unwrap_or_default();
    let parsed = ids.iter().map(|id| {
        id.parse().map_err(|_| GraphError::invalid_parameter("template_ids must be a list of ids of templates"))
    });
    parsed.collect()
}
