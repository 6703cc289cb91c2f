//! What concerns a template: `message_template_status_update`, `message_template_quality_update`,
//! `template_category_update`, `message_template_components_update` (observations: webhooks.template_status,
//! webhooks.template_quality, webhooks.template_category, webhooks.template_components, webhooks.languages,
//! webhooks.webhook_language_spelling).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ids::Id,
    knobs::LanguageSpelling,
    state::State,
    webhooks::{self, Field, Update},
    world::{Category, Quality, RejectedReason, Template},
};

/// Which template. Ids are numbers here, and languages are written as the knob has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRef {
    message_template_id: u64,
    message_template_name: String,
    message_template_language: String,
}

impl TemplateRef {
    fn of(state: &State, template: &Template) -> Self {
        let message_template_language = match state.knobs.webhook_language_spelling {
            LanguageSpelling::Hyphen => template.language.replace('_', "-"),
            LanguageSpelling::Underscore => template.language.clone(),
        };
        Self {
            // An id has at most 19 digits.
            message_template_id: template.id.to_string().parse().unwrap_or_default(),
            message_template_name: template.name.clone(),
            message_template_language,
        }
    }
}

/// `message_template_status_update`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplateStatusUpdate {
    event: String,
    #[serde(flatten)]
    template: TemplateRef,
    reason: RejectedReason,
    message_template_category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection_info: Option<RejectionInfo>,
}

/// Why a format was rejected, and what to do about it; with INVALID_FORMAT only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectionInfo {
    pub(crate) reason: String,
    pub(crate) recommendation: String,
}

/// `message_template_quality_update`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplateQualityUpdate {
    previous_quality_score: Quality,
    new_quality_score: Quality,
    #[serde(flatten)]
    template: TemplateRef,
}

/// `template_category_update`, of a change that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCategoryUpdate {
    #[serde(flatten)]
    template: TemplateRef,
    previous_category: Category,
    new_category: Category,
}

/// `message_template_components_update`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplateComponentsUpdate {
    #[serde(flatten)]
    template: TemplateRef,
    message_template_element: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_template_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_template_footer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    message_template_buttons: Vec<TemplateButton>,
}

/// One button of [`MessageTemplateComponentsUpdate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButton {
    message_template_button_type: String,
    message_template_button_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_template_button_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_template_button_phone_number: Option<String>,
}

/// The status of a template changed, or `event` happened to it.
pub(crate) fn status_updated(
    state: &mut State,
    at: Timestamp,
    waba: Id,
    template: &Template,
    event: &str,
    rejection_info: Option<&RejectionInfo>,
) {
    let reason = if event == "REJECTED" { template.rejected_reason } else { RejectedReason::None };
    let value = MessageTemplateStatusUpdate {
        event: event.to_owned(),
        template: TemplateRef::of(state, template),
        reason,
        message_template_category: template.category,
        rejection_info: rejection_info.cloned(),
    };
    publish(state, at, waba, Field::MessageTemplateStatusUpdate, &value);
}

/// A template was rated.
pub(crate) fn quality_updated(state: &mut State, at: Timestamp, waba: Id, template: &Template, previous: Quality) {
    let value = MessageTemplateQualityUpdate {
        previous_quality_score: previous,
        new_quality_score: template.quality,
        template: TemplateRef::of(state, template),
    };
    publish(state, at, waba, Field::MessageTemplateQualityUpdate, &value);
}

/// Meta moved a template to another category.
pub(crate) fn category_updated(state: &mut State, at: Timestamp, waba: Id, template: &Template) {
    let value = TemplateCategoryUpdate {
        template: TemplateRef::of(state, template),
        previous_category: template.previous_category.unwrap_or(template.category),
        new_category: template.category,
    };
    publish(state, at, waba, Field::TemplateCategoryUpdate, &value);
}

/// A template was edited.
pub(crate) fn components_updated(state: &mut State, at: Timestamp, waba: Id, template: &Template) {
    let text_of = |kind: &str| template.components.text_of(kind).map(str::to_owned);
    let buttons = template.components.of_type("BUTTONS").and_then(|component| component["buttons"].as_array());
    let value = MessageTemplateComponentsUpdate {
        template: TemplateRef::of(state, template),
        message_template_element: text_of("BODY").unwrap_or_default(),
        message_template_title: text_of("HEADER"),
        message_template_footer: text_of("FOOTER"),
        message_template_buttons: buttons.into_iter().flatten().map(button).collect(),
    };
    publish(state, at, waba, Field::MessageTemplateComponentsUpdate, &value);
}

fn button(button: &Value) -> TemplateButton {
    let text_of = |name: &str| button[name].as_str().map(str::to_owned);
    TemplateButton {
        message_template_button_type: text_of("type").unwrap_or_default(),
        message_template_button_text: text_of("text").unwrap_or_default(),
        message_template_button_url: text_of("url"),
        message_template_button_phone_number: text_of("phone_number"),
    }
}

fn publish(state: &mut State, at: Timestamp, waba: Id, field: Field, value: &impl Serialize) {
    // Every shape is an object of texts and numbers, which serde_json always takes.
    let value = serde_json::to_value(value).unwrap_or_default();
    webhooks::publish(state, at, Update { waba, entry: None, field, phone: None, value });
}
