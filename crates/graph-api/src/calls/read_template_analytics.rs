//! How often templates were sent (`observations: billing.template_analytics`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::{BusinessToken, CallKind, GraphCall, RequestParts, TemplateId, WabaId};

/// Templates that one call may ask for.
pub const MOST_TEMPLATES: usize = 10;

/// Days that Meta goes back at most.
pub const MOST_DAYS: i32 = 90;

/// `GET /<WABA>/template_analytics`: how often each of at most [`MOST_TEMPLATES`] templates was sent, added up over the days.
///
/// Meta refuses where nobody has enabled insights for the WABA, and has no data of businesses and numbers of the European Union,
/// the United Kingdom and Japan.
#[derive(Debug, Clone)]
pub struct ReadTemplateAnalytics {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// Whose templates.
    pub waba_id: WabaId,
    /// Beginning of the time that is asked about; [`MOST_DAYS`] back at most.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// Which.
    pub template_ids: Vec<TemplateId>,
}

impl GraphCall for ReadTemplateAnalytics {
    type Answer = BTreeMap<String, u64>;

    const NAME: &'static str = "read_template_analytics";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        let ids: Vec<String> = self.template_ids.iter().map(ToString::to_string).collect();
        RequestParts::get(self.token.secret(), format!("{}/template_analytics", self.waba_id))
            .with_query("start", Some(self.start.as_second().to_string()))
            .with_query("end", Some(self.end.as_second().to_string()))
            .with_query("granularity", Some("DAILY".to_owned()))
            .with_query("metric_types", Some("[\"SENT\"]".to_owned()))
            .with_query("template_ids", Some(format!("[{}]", ids.join(","))))
    }

    /// Messages sent, by template id. A template without messages in that time is left out, or has zero.
    fn answer(&self, body: &Value) -> Result<BTreeMap<String, u64>, AnswerError> {
        let mut sent = BTreeMap::<String, u64>::new();
        for series in Place::root(body).need("data")?.elements()? {
            for point in series.list("data_points")? {
                let template = point.need_text("template_id")?;
                let count = point.integer("sent").and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
                let sum = sent.entry(template).or_default();
                *sum = sum.saturating_add(count);
            }
        }
        Ok(sent)
    }
}
