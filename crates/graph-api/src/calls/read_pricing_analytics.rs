//! What the delivered messages of a WABA cost (`observations: billing.analytics`).

use jiff::Timestamp;
use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::{BusinessToken, CallKind, GraphCall, RequestParts, WabaId};

/// `GET /<WABA>?fields=pricing_analytics…`: volume, and cost where no partner's credit line pays, by half hour, number, category
/// and type.
///
/// Both metrics are asked for together: cost alone is refused where a partner's credit line pays
/// (`observations: billing.analytics_cost`).
#[derive(Debug, Clone)]
pub struct ReadPricingAnalytics {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// Source or destination.
    pub waba_id: WabaId,
    /// Beginning of the time that is asked about; Meta goes back a year at most.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
}

/// Delivered messages of one number, category and type in one half hour.
#[derive(Debug, Clone, PartialEq)]
pub struct PricingPoint {
    /// When the half hour began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// The number's digits.
    pub phone_number: Option<String>,
    /// `pricing_category`, such as `UTILITY`.
    pub category: Option<String>,
    /// `pricing_type`: `REGULAR`, `FREE_CUSTOMER_SERVICE`, `FREE_ENTRY_POINT`.
    pub kind: Option<String>,
    /// How many were delivered.
    pub volume: Option<u64>,
    /// What they cost, in the WABA's currency; absent where a partner's credit line pays.
    pub cost: Option<f64>,
}

impl GraphCall for ReadPricingAnalytics {
    type Answer = Vec<PricingPoint>;

    const NAME: &'static str = "read_pricing_analytics";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        let (start, end) = (self.start.as_second(), self.end.as_second());
        let field = format!(
            "pricing_analytics.start({start}).end({end}).granularity(HALF_HOUR).metric_types([\"COST\",\"VOLUME\"])\
             .dimensions([\"PHONE\",\"PRICING_CATEGORY\",\"PRICING_TYPE\"])"
        );
        RequestParts::get(self.token.secret(), self.waba_id.as_str()).with_query("fields", Some(field))
    }

    /// A WABA without messages in that time may leave the field out.
    fn answer(&self, body: &Value) -> Result<Vec<PricingPoint>, AnswerError> {
        let Some(analytics) = Place::root(body).get("pricing_analytics") else { return Ok(Vec::new()) };
        let mut points = Vec::new();
        for series in analytics.list("data")? {
            for point in series.list("data_points")? {
                points.push(PricingPoint::read(&point)?);
            }
        }
        Ok(points)
    }
}

impl PricingPoint {
    fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        let need = |name: &str| {
            place.instant(name).ok_or_else(|| place.trouble(format!("`{name}` is missing, or no instant")))
        };
        Ok(Self {
            start: need("start")?,
            end: need("end")?,
            phone_number: place.text("phone_number"),
            category: place.text("pricing_category"),
            kind: place.text("pricing_type"),
            volume: place.integer("volume").and_then(|volume| u64::try_from(volume).ok()),
            cost: place.get("cost").and_then(|cost| cost.value().as_f64()),
        })
    }
}
