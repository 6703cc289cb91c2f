//! Calls about many templates or Flows at once.

use serde_json::{Map, Value, json};

use super::Call;
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
        paging::{Page, StaleCursor},
    },
    ids::Id,
    rules::templates::{draft::Place, flows, migrate, upsert},
    world::Flow,
};

/// `POST /<WABA>/upsert_message_templates`: `data` with `id`, `status`, `language` of each language.
pub(super) fn upsert(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    call.count(waba)?;
    let place = Place { app: call.caller.app, waba };
    let made = upsert::upsert(call.state, call.cause, place, &call.params)?;
    let data: Vec<Value> = made
        .iter()
        .map(|template| json!({ "id": template.id, "status": template.status.as_str(), "language": template.language }))
        .collect();
    Ok(json!({ "data": data }))
}

/// `POST /<WABA>/migrate_message_templates`: `migrated_templates` and `failed_templates`, a map from id to reason.
pub(super) fn migrate_templates(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    call.count(waba)?;
    let source = source(call)?;
    let which = match call.params.texts("template_ids")? {
        Some(ids) if ids.len() > migrate::PAGE => {
            return Err(GraphError::invalid_parameter(format!("template_ids: at most {}", migrate::PAGE)));
        }
        Some(ids) => migrate::Which::Ids(ids),
        None => migrate::Which::Page {
            number: unsigned(call, "page_number")?.unwrap_or(0),
            count: match unsigned(call, "count")? {
                None => migrate::PAGE,
                Some(count) if (1..=migrate::PAGE).contains(&count) => count,
                Some(_) => return Err(GraphError::invalid_parameter(format!("count: 1 to {}", migrate::PAGE))),
            },
        },
    };
    let migrated = migrate::migrate(call.state, call.cause, source, waba, &which)?;
    let failed: Map<String, Value> = migrated.failed.into_iter().map(|(id, reason)| (id, reason.into())).collect();
    Ok(json!({ "migrated_templates": migrated.templates, "failed_templates": failed }))
}

/// `POST /<WABA>/migrate_flows`.
pub(super) fn migrate_flows(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    call.count(waba)?;
    let source = source(call)?;
    let names = call.params.texts("source_flow_names")?;
    let migrated = flows::migrate(call.state, call.cause, source, waba, names)?;
    let moved: Vec<Value> = migrated
        .flows
        .into_iter()
        .map(|(name, source, id)| json!({ "source_name": name, "source_id": source, "migrated_id": id }))
        .collect();
    let failed: Vec<Value> = migrated
        .failed
        .into_iter()
        .map(|(name, failure)| {
            let mut entry = json!({ "source_name": name, "error_message": failure.message });
            if let (Some(entry), Some(code)) = (entry.as_object_mut(), failure.code) {
                entry.insert("error_code".to_owned(), code.into());
            }
            entry
        })
        .collect();
    Ok(json!({ "migrated_flows": moved, "failed_flows": failed }))
}

const FLOW: NodeType = NodeType { name: "Flow", default: &["id", "name", "status"], fields: &["id", "name", "status"] };

/// `GET /<WABA>/flows`.
pub(super) fn list_flows(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    call.count(waba)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &FLOW)?;
    let page = Page::read(&call.params)?;
    let flows = call.state.world.flows.get(&waba).map(Vec::as_slice).unwrap_or_default();
    let show = |flow: &Flow| {
        selection.show(|field| match field {
            "id" => Some(json!(flow.id)),
            "name" => Some(json!(flow.name)),
            "status" => Some(json!("PUBLISHED")),
            _ => None,
        })
    };
    page.cut(flows, |flow| flow.id.to_string(), show, &call.address.page_address(), &StaleCursor::Invalid)
}

/// The source, which the caller's token must reach as well.
fn source(call: &Call<'_>) -> Answer<Id> {
    let source = call.params.id("source_waba_id")?.ok_or_else(|| GraphError::missing("source_waba_id"))?;
    call.reach(source, &[crate::world::Scope::WhatsappBusinessManagement])?;
    Ok(source)
}

fn unsigned(call: &Call<'_>, name: &str) -> Answer<Option<usize>> {
    let given = call.params.integer(name)?;
    given
        .map(|value| {
            usize::try_from(value).map_err(|_| GraphError::new(400, 100, &format!("Param {name} must not be negative")))
        })
        .transpose()
}
