//! The node of a template (observations: templates.fields).

use serde_json::{Value, json};

use super::Call;
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
    },
    ids::Id,
    rules::{
        health,
        templates::{self, read_back},
    },
    state::State,
    world::{Scope, Template, Waba},
};

pub(super) const TEMPLATE: NodeType = NodeType {
    name: "WhatsAppMessageTemplate",
    default: &["name", "parameter_format", "components", "language", "status", "category", "id"],
    fields: &[
        "id",
        "name",
        "language",
        "status",
        "category",
        "components",
        "parameter_format",
        "quality_score",
        "rejected_reason",
        "previous_category",
        "correct_category",
        "sub_category",
        "message_send_ttl_seconds",
        "library_template_name",
        "cta_url_link_tracking_opted_out",
        "degrees_of_freedom_spec",
        "health_status",
    ],
};

/// `GET /<TEMPLATE>`.
pub(super) fn read(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, template) = reach(call)?;
    call.count(waba)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &TEMPLATE)?;
    let waba = call.state.seen_waba(waba).ok_or_else(|| GraphError::unknown_object("GET", &waba.to_string()))?;
    let seen = waba.templates.iter().find(|seen| seen.id == template.id).unwrap_or(&template);
    Ok(selection.show(|field| show(call, waba, seen, field)))
}

/// The template in the path with its WABA, if the caller may use that.
pub(super) fn reach(call: &Call<'_>) -> Answer<(Id, Template)> {
    let (waba, template) = templates::expect(call.state, call.method.as_str(), call.id()?)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    Ok((waba, template))
}

/// One field. A template that was never moved to another category, and so on, lacks the field.
pub(super) fn show(call: &Call<'_>, waba: &Waba, template: &Template, field: &str) -> Option<Value> {
    let State { world, knobs, .. } = &*call.state;
    match field {
        "id" => Some(json!(template.id)),
        "name" => Some(json!(template.name)),
        "language" => Some(json!(template.language)),
        "status" => Some(json!(template.status.as_str())),
        "category" => Some(json!(template.category.as_str())),
        "components" => Some(read_back::components(call.state, template, &call.address.host())),
        "parameter_format" => Some(json!(template.parameter_format.as_str())),
        "quality_score" => {
            let since = template.quality_since.unwrap_or(template.created_at);
            Some(json!({ "score": template.quality.as_str(), "date": since.as_second() }))
        }
        "rejected_reason" => Some(json!(template.rejected_reason.as_str())),
        "previous_category" => template.previous_category.map(|category| json!(category.as_str())),
        "correct_category" => template.correct_category.map(|category| json!(category.as_str())),
        "health_status" => {
            let node = health::Node::Template(template);
            Some(health::status(world, knobs, call.caller.app, waba, &node))
        }
        "sub_category" => template.sub_category.map(|category| json!(category.as_str())),
        "message_send_ttl_seconds" => template.message_send_ttl_seconds.map(|seconds| json!(seconds)),
        "library_template_name" => template.library_template_name.as_ref().map(|name| json!(name)),
        "cta_url_link_tracking_opted_out" => template.cta_url_link_tracking_opted_out.map(|out| json!(out)),
        _ => None,
    }
}
