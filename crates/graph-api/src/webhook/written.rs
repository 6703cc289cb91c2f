//! A payload as it is written: every member that any kind of webhook has and that we read. Which ones mean something is only
//! known once the name of the field is, and that may stand behind them.

use serde::Deserialize;
use serde::de::MapAccess;

use super::tolerant::{List, Member, Object, Text, Truth, Whole, read};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payload {
    pub(super) object: Text,
    pub(super) entry: List<Object<Entry>>,
    /// Where somebody has put the payload into an envelope of their own.
    pub(super) body: Inner,
    pub(super) payload: Inner,
}

/// A payload inside of something else: as JSON, or as the text that it came as.
#[derive(Debug, Default)]
pub(super) enum Inner {
    #[default]
    Absent,
    Json(Box<Payload>),
    Text(String),
}

impl<'de> Member<'de> for Inner {
    fn of_text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let payload = Object::<Payload>::of_object(object)?;
        Ok(payload.0.map_or(Self::Absent, |payload| Self::Json(Box::new(payload))))
    }
}

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    pub(super) id: Text,
    pub(super) time: Whole,
    pub(super) changes: List<Object<Change>>,
    /// Beside `changes` in an example of Meta's (`observations: webhooks.odd_shapes`).
    pub(super) field: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    pub(super) field: Text,
    pub(super) value: Object<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Value {
    /// Inside of `value` in an example of Meta's (`observations: webhooks.odd_shapes`).
    pub(super) field: Text,
    pub(super) event: Text,
    pub(super) decision: Text,
    pub(super) reason: Text,
    pub(super) metadata: Object<Metadata>,
    pub(super) statuses: List<Object<Status>>,
    pub(super) messages: List<Object<Message>>,
    pub(super) errors: List<Object<Trouble>>,
    pub(super) waba_info: Object<WabaInfo>,
    pub(super) phone_number: Text,
    pub(super) display_phone_number: Text,
    pub(super) current_limit: Text,
    pub(super) requested_verified_name: Text,
    pub(super) rejection_reason: Text,
    pub(super) message_template_id: Text,
    pub(super) message_template_name: Text,
    pub(super) message_template_language: Text,
    pub(super) message_template_category: Text,
    pub(super) previous_quality_score: Text,
    pub(super) new_quality_score: Text,
    pub(super) previous_category: Text,
    pub(super) new_category: Text,
    pub(super) correct_category: Text,
    pub(super) category_update_timestamp: Whole,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) display_phone_number: Text,
    pub(super) phone_number_id: Text,
}

/// Who it went to is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) id: Text,
    pub(super) status: Text,
    pub(super) timestamp: Whole,
    pub(super) pricing: Object<Pricing>,
    pub(super) errors: List<Object<Trouble>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pricing {
    pub(super) billable: Truth,
    pub(super) pricing_model: Text,
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) category: Text,
}

/// Who wrote it and what is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) id: Text,
    pub(super) timestamp: Whole,
    #[serde(rename = "type")]
    pub(super) kind: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trouble {
    pub(super) code: Whole,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WabaInfo {
    pub(super) waba_id: Text,
    pub(super) owner_business_id: Text,
    pub(super) partner_app_id: Text,
    pub(super) solution_id: Text,
}
