//! Creating, editing, deleting one template.

use serde_json::{Value, json};

use super::{Call, node};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    rules::templates::{
        create,
        delete::{self, Which},
        draft::{self, Place},
        edit,
    },
    world::{Template, TemplateStatus},
};

/// `POST /<WABA>/message_templates`: `id`, `status`, `category`.
pub(super) fn create(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    call.count(waba)?;
    let draft = draft::read(call.state, Place { app: call.caller.app, waba }, &call.params)?;
    let template = create::create(call.state, call.cause, waba, draft, TemplateStatus::Pending)?;
    Ok(json!({
        "id": template.id,
        "status": template.status.as_str(),
        "category": template.category.as_str(),
    }))
}

/// `POST /<TEMPLATE>`.
pub(super) fn edit(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, template) = counted(call)?;
    let place = Place { app: call.caller.app, waba };
    edit::edit(call.state, call.cause, place, &template, &call.params)?;
    Ok(json!({ "success": true }))
}

/// `POST /<TEMPLATE>/unpause`.
pub(super) fn unpause(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, template) = counted(call)?;
    edit::unpause(call.state, call.cause, waba, &template)?;
    Ok(json!({ "success": true }))
}

fn counted(call: &mut Call<'_>) -> Answer<(Id, Template)> {
    let (waba, template) = node::reach(call)?;
    call.count(waba)?;
    Ok((waba, template))
}

/// `DELETE /<WABA>/message_templates` with `name`, `name` and `hsm_id`, or `hsm_ids`.
pub(super) fn delete(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    call.count(waba)?;
    let name = call.params.text("name")?;
    let which = match (call.params.id("hsm_id")?, call.params.texts("hsm_ids")?, name) {
        (Some(id), _, name) => Which::One { id, name },
        (None, Some(ids), _) => Which::Many(ids_of(&ids)?),
        (None, None, Some(name)) => Which::Name(name),
        (None, None, None) => return Err(GraphError::missing("name")),
    };
    delete::delete(call.state, call.cause, waba, &which)?;
    Ok(json!({ "success": true }))
}

fn ids_of(texts: &[String]) -> Answer<Vec<Id>> {
    let mut ids: Vec<Id> = Vec::with_capacity(texts.len());
    for text in texts {
        let id = text.parse().map_err(|_| GraphError::new(400, 100, "Param hsm_ids must be a list of ids"))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() { Err(GraphError::missing("hsm_ids")) } else { Ok(ids) }
}
