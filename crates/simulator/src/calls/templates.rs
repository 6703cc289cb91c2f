//! `GET /<WABA>/message_templates` (guide T1 to T5; observations: templates.fields).

use serde_json::{Value, json};

use super::{Call, Served};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
        paging::{Page, StaleCursor},
    },
    world::Template,
};

pub(super) const SERVED: &[Served] = &[Served::new("GET", "/<WABA>/message_templates", list)];

const TEMPLATE: NodeType = NodeType {
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
    ],
};

fn list(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &TEMPLATE)?;
    let page = Page::read(&call.params)?;
    let name = call.params.text("name")?;
    let lists = [
        (call.params.list("status")?, (|template| template.status.as_str().to_owned()) as fn(&Template) -> String),
        (call.params.list("category")?, |template| template.category.as_str().to_owned()),
        (call.params.list("quality_score")?, |template| template.quality.as_str().to_owned()),
        (call.params.list("language")?, |template| template.language.to_ascii_uppercase()),
    ];
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let admits = |template: &&Template| {
        name.as_ref().is_none_or(|name| *name == template.name)
            && lists
                .iter()
                .all(|(wanted, value)| wanted.as_ref().is_none_or(|wanted| wanted.contains(&value(template))))
    };
    let admitted: Vec<&Template> = waba.templates.iter().filter(admits).collect();
    page.cut(
        &admitted,
        |template| template.id.to_string(),
        |template| selection.show(|field| show(template, field)),
        &call.address.page_address,
        &StaleCursor::Restart,
    )
}

fn show(template: &Template, field: &str) -> Option<Value> {
    match field {
        "id" => Some(json!(template.id)),
        "name" => Some(json!(template.name)),
        "language" => Some(json!(template.language)),
        "status" => Some(json!(template.status.as_str())),
        "category" => Some(json!(template.category.as_str())),
        "components" => Some(json!(template.components)),
        "parameter_format" => Some(json!("POSITIONAL")),
        "quality_score" => Some(json!({ "score": template.quality.as_str(), "date": template.created_at.as_second() })),
        "rejected_reason" => Some(json!(template.rejected_reason)),
        _ => None,
    }
}
