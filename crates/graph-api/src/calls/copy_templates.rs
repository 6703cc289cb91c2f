//! The copying of templates that a caller may ask for, wider than Meta's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::json::{AnswerError, Place};
use crate::{BusinessToken, CallKind, GraphCall, RequestBody, RequestParts, TemplateId, WabaId};

/// Which templates of the source are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichTemplates {
    /// These; at most [`CopyTemplates::MOST`].
    Ids(Vec<TemplateId>),
    /// A page of all that are eligible.
    Page {
        /// Counts from 0.
        number: u32,
        /// Templates for each page, at most [`CopyTemplates::MOST`]; `None` for as many.
        count: Option<u16>,
    },
}

/// `POST /<DESTINATION>/migrate_message_templates`: copies templates that are APPROVED and of quality GREEN or UNKNOWN
/// (`observations: templates.manual_copy`). Only between WABAs of one business.
#[derive(Debug, Clone)]
pub struct CopyTemplates {
    /// Business token that is good for both WABAs.
    pub token: BusinessToken,
    /// The WABA that gets them.
    pub destination_waba_id: WabaId,
    /// The WABA that has them.
    pub source_waba_id: WabaId,
    /// Which.
    pub which: WhichTemplates,
}

/// What became of each template, by the source's ids (`observations: templates.manual_copy_answer`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopiedTemplates {
    /// Those that were copied. Meta does not say whose ids these are; only a read of the destination proves a copy.
    pub copied: Vec<String>,
    /// Those that were not, with Meta's reason where it gives one.
    pub failed: BTreeMap<String, Option<String>>,
}

impl CopyTemplates {
    /// Most templates of one call.
    pub const MOST: usize = 500;
}

impl GraphCall for CopyTemplates {
    type Answer = CopiedTemplates;

    const NAME: &'static str = "copy_templates";
    const KIND: CallKind = CallKind::Write;

    fn parts(&self) -> RequestParts<'_> {
        let source = self.source_waba_id.as_str();
        let body = match &self.which {
            WhichTemplates::Ids(ids) => {
                let ids: Vec<&str> = ids.iter().map(TemplateId::as_str).collect();
                json!({ "source_waba_id": source, "template_ids": ids })
            }
            WhichTemplates::Page { number, count: None } => json!({ "source_waba_id": source, "page_number": number }),
            WhichTemplates::Page { number, count: Some(count) } => {
                json!({ "source_waba_id": source, "page_number": number, "count": count })
            }
        };
        let path = format!("{}/migrate_message_templates", self.destination_waba_id);
        RequestParts::post(self.token.secret(), path, RequestBody::Json(body))
    }

    fn answer(&self, body: &Value) -> Result<CopiedTemplates, AnswerError> {
        let place = Place::root(body);
        let copied = place.need("migrated_templates")?;
        Ok(CopiedTemplates {
            copied: copied.elements()?.iter().filter_map(id_of).collect(),
            failed: place.get("failed_templates").map_or_else(BTreeMap::new, |failed| failures(&failed)),
        })
    }
}

/// An id, or a node that has one.
fn id_of(place: &Place<'_>) -> Option<String> {
    place.as_text().or_else(|| place.text("id"))
}

/// A map from id to reason, as Meta's example shows it, or a list, as its table does.
fn failures(failed: &Place<'_>) -> BTreeMap<String, Option<String>> {
    if let Some(map) = failed.value().as_object() {
        return map.keys().map(|id| (id.clone(), failed.text(id))).collect();
    }
    let entries = failed.elements().unwrap_or_default();
    let reason = |entry: &Place<'_>| ["reason", "message", "error_message"].iter().find_map(|name| entry.text(name));
    entries.iter().filter_map(|entry| Some((id_of(entry)?, reason(entry)))).collect()
}
