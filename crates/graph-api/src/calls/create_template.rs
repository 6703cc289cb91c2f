//! Guide T6: a template that was not duplicated is created again.

use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::nodes::{TemplateCategory, TemplateStatus};
use crate::recreation::NewTemplate;
use crate::{BusinessToken, CallKind, GraphCall, RequestBody, RequestParts, TemplateId, WabaId};

/// `POST /<WABA>/message_templates` (`observations: templates.create`).
///
/// Never to be repeated blindly: after an unknown outcome, see whether the WABA lists name and language.
#[derive(Debug, Clone)]
pub struct CreateTemplate {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// The WABA that gets it.
    pub waba_id: WabaId,
    /// What it is made of.
    pub template: NewTemplate,
}

/// A template that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTemplate {
    /// Its id.
    pub id: TemplateId,
    /// Its first status: `PENDING` while it is reviewed.
    pub status: Option<TemplateStatus>,
    /// Its category, which Meta may choose otherwise (`observations: templates.recategorized`).
    pub category: Option<TemplateCategory>,
}

impl GraphCall for CreateTemplate {
    type Answer = CreatedTemplate;

    const NAME: &'static str = "create_template";
    const KIND: CallKind = CallKind::Write;

    fn parts(&self) -> RequestParts<'_> {
        let path = format!("{}/message_templates", self.waba_id);
        RequestParts::post(self.token.secret(), path, RequestBody::Json(self.template.body().clone()))
    }

    fn answer(&self, body: &Value) -> Result<CreatedTemplate, AnswerError> {
        let place = Place::root(body);
        Ok(CreatedTemplate { id: place.need_id("id")?, status: place.word("status"), category: place.word("category") })
    }
}
