//! Multi-Partner Solutions: the node, the lists of an app and of a WABA, and the token for a customer of one
//! (observations: intents.solution_status, intents.solution_fields, intents.solution_token).

use serde_json::{Value, json};

use super::{Call, Served};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
        paging::{Page, StaleCursor},
    },
    rules::{access::As, answer_intent},
    world::{Scope, Solution, World},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<SOLUTION>", read).takes(&["fields"]),
    Served::new("GET", "/<SOLUTION>/access_token", token).takes(&["business_id"]),
    Served::new("GET", "/<APP>/whatsapp_business_solutions", of_app)
        .takes(&["fields", "limit", "after", "before", "role"]),
    Served::new("GET", "/<WABA>/solutions", of_waba).takes(&["fields", "limit", "after", "before"]),
];

const SOLUTION: NodeType = NodeType {
    name: "WhatsAppBusinessSolution",
    default: &["name", "status", "status_for_pending_request", "id"],
    fields: &["id", "name", "status", "status_for_pending_request", "owner_app", "owner_permissions"],
};

fn show(world: &World, solution: &Solution, selection: &Selection) -> Value {
    selection.show(|field| match field {
        "id" => Some(json!(solution.id)),
        "name" => Some(json!(solution.name)),
        "status" => Some(json!(solution.status)),
        "status_for_pending_request" => Some(json!("NONE")),
        "owner_app" => world.apps.get(&solution.partner_app).map(|app| json!({ "id": app.id, "name": app.name })),
        _ => None,
    })
}

/// The solution in the path, if the caller's app is a partner in it.
fn solution<'a>(call: &'a Call<'_>) -> Answer<&'a Solution> {
    let id = call.id()?;
    let solution = call.state.world.solutions.get(&id);
    let solution = solution.ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    call.caller.needs(&[Scope::WhatsappBusinessManagement])?;
    if [solution.provider_app, solution.partner_app].contains(&call.caller.app) {
        return Ok(solution);
    }
    Err(GraphError::permission(format!("the app is no partner in the solution {id}")))
}

/// `GET /<SOLUTION>`.
fn read(call: &mut Call<'_>) -> Answer<Value> {
    let selection = call.selection(&SOLUTION)?;
    let solution = solution(call)?;
    Ok(show(&call.state.world, solution, &selection))
}

/// `GET /<SOLUTION>/access_token?business_id=`: the caller's business token for a customer in the solution.
fn token(call: &mut Call<'_>) -> Answer<Value> {
    let solution = solution(call)?.id;
    if call.caller.system_portfolio().is_none() {
        return Err(GraphError::permission("this call needs the system token of the app's own portfolio"));
    }
    let business = call.params.id("business_id")?.ok_or_else(|| GraphError::missing("business_id"))?;
    let world = &call.state.world;
    let mut owned = world.holdings().owned(business).into_iter().flatten();
    let shares_one = owned.any(|(_, waba)| world.wabas.get(waba).is_some_and(|waba| waba.solution == Some(solution)));
    let token = answer_intent::current_business_token(call.state, call.caller.app, business).filter(|_| shares_one);
    let token = token.ok_or_else(|| {
        GraphError::new(422, 100, "")
            .message("The business has not shared a WhatsApp Business Account with this solution")
    })?;
    Ok(json!({ "data": [{ "access_token": token }] }))
}

/// `GET /<APP>/whatsapp_business_solutions`, of the calling app alone; `role` is `OWNER` or `PARTNER`.
fn of_app(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.id()?;
    if !call.state.world.apps.contains_key(&id) {
        return Err(GraphError::unknown_object("GET", &id.to_string()));
    }
    if let As::User { .. } = &call.caller.as_whom {
        call.caller.needs(&[Scope::WhatsappBusinessManagement])?;
    }
    if call.caller.app != id {
        return Err(GraphError::permission(format!("the access token belongs to another app than {id}")));
    }
    let role = call.params.text("role")?;
    let (as_owner, as_partner) = match role.as_deref() {
        None => (true, true),
        Some("OWNER") => (true, false),
        Some("PARTNER") => (false, true),
        Some(_) => return Err(GraphError::new(400, 100, "Param role must be one of {OWNER, PARTNER}")),
    };
    let is_listed =
        |solution: &&Solution| (as_owner && solution.partner_app == id) || (as_partner && solution.provider_app == id);
    let solutions: Vec<&Solution> = call.state.world.solutions.values().filter(is_listed).collect();
    list(call, &solutions)
}

/// `GET /<WABA>/solutions`.
fn of_waba(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let solutions: Vec<&Solution> =
        waba.solution.and_then(|id| call.state.world.solutions.get(&id)).into_iter().collect();
    list(call, &solutions)
}

fn list(call: &Call<'_>, solutions: &[&Solution]) -> Answer<Value> {
    let selection = call.selection(&SOLUTION)?;
    Page::read(&call.params)?.cut(
        solutions,
        |solution| solution.id.to_string(),
        |solution| show(&call.state.world, solution, &selection),
        &call.address.page_address(),
        &StaleCursor::Invalid,
    )
}
