//! `/<WABA>/assigned_users`: which users have which tasks on a WABA (observations: waba.assigned_users).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Call, Served};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::NodeType,
        paging::{Page, StaleCursor},
    },
    ids::Id,
    rules::assign_user,
    world::Task,
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<WABA>/assigned_users", list).takes(&["fields", "limit", "after", "before", "business"]),
    Served::new("POST", "/<WABA>/assigned_users", assign).takes(&["user", "tasks"]),
    Served::new("DELETE", "/<WABA>/assigned_users", remove).takes(&["user"]),
];

const USER: NodeType = NodeType {
    name: "AssignedUser",
    default: &["id", "name", "tasks"],
    fields: &["id", "name", "business", "user_type", "tasks"],
};

/// The users of `business`, which has to be named.
fn list(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let business = call.params.id("business")?.ok_or_else(|| GraphError::missing("business"))?;
    let selection = call.selection(&USER)?;
    let world = &call.state.world;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let users: Vec<(&Id, &BTreeSet<Task>)> = waba
        .assigned_users
        .iter()
        .filter(|(user, _)| world.holdings().portfolio_of_user(**user) == Some(business))
        .collect();
    let portfolio = world.portfolios.get(&business);
    Page::read(&call.params)?.cut(
        &users,
        |(user, _)| user.to_string(),
        |(user, tasks)| {
            selection.show(|field| match field {
                "id" => Some(json!(user)),
                "name" => Some(json!("System User")),
                "business" => portfolio.map(|portfolio| json!({ "id": portfolio.id, "name": portfolio.name })),
                "user_type" => Some(json!("SYSTEM_USER")),
                "tasks" => Some(json!(tasks)),
                _ => None,
            })
        },
        &call.address.page_address(),
        &StaleCursor::Invalid,
    )
}

fn assign(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let user = user(call)?;
    let names = call.params.list("tasks")?.ok_or_else(|| GraphError::missing("tasks"))?;
    let mut tasks = BTreeSet::new();
    for name in names {
        let known = Task::ALL.iter().find(|(known, _)| *known == name);
        let (_, task) = known.ok_or_else(|| {
            let known: Vec<&str> = Task::ALL.iter().map(|(name, _)| *name).collect();
            GraphError::new(400, 100, &format!("Param tasks must be one of {{{}}}", known.join(", ")))
        })?;
        tasks.insert(*task);
    }
    assign_user::assign(call.state, call.cause, id, user, tasks)?;
    Ok(json!({ "success": true }))
}

fn remove(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let user = user(call)?;
    assign_user::remove(call.state, call.cause, id, user)?;
    Ok(json!({ "success": true }))
}

fn user(call: &Call<'_>) -> Answer<Id> {
    call.params.id("user")?.ok_or_else(|| GraphError::missing("user"))
}
