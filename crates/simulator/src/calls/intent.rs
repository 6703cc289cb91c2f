//! Guide 2 and 4: set and read a migration intent.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Call, Served};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
        node_text::NodeText,
    },
    ids::Id,
    knobs::{IntentContract, Presence},
    rules::{access::As, set_intent},
    world::{Intent, IntentStatus, Scope, TokenKind, Waba},
};

pub(super) const SERVED: &[Served] = &[
    Served::node("/<INTENT>", read).takes(&["fields"]),
    Served::new("POST", "/<WABA>/set_solution_migration_intent", set).takes(&[
        "app_id",
        "solution_id",
        "migration_intent",
    ]),
];

const INTENT: NodeType = NodeType {
    name: "WhatsAppBusinessSolutionMigrationIntent",
    default: &["status", "destination_waba", "id"],
    fields: &["id", "status", "destination_waba", "solution", "waba"],
};

/// `POST /<WABA>/set_solution_migration_intent` (observations: intents.contract).
fn set(call: &mut Call<'_>) -> Answer<Value> {
    let waba = call.waba_id()?;
    let app = call.params.id("app_id")?;
    let solution = call.params.id("solution_id")?;
    match call.state.knobs.intent_contract {
        IntentContract::Guide => {
            let app = match (app, solution) {
                (Some(app), None) => app,
                (None, Some(_)) => return Err(GraphError::not_simulated("the way to another solution", &["app_id"])),
                (Some(_), Some(_)) => {
                    return Err(GraphError::invalid_parameter("app_id and solution_id exclude each other"));
                }
                (None, None) => return Err(GraphError::missing("app_id")),
            };
            if app != call.caller.app {
                return Err(GraphError::invalid_parameter("app_id is not the app of the access token"));
            }
            let id = set_intent::set(call.state, call.cause, waba, app)?;
            Ok(json!({ "id": id }))
        }
        IntentContract::SpecV23 => {
            let solution = solution.ok_or_else(|| GraphError::missing("solution_id"))?;
            if call.state.world.wabas.get(&waba).and_then(|waba| waba.solution) != Some(solution) {
                return Err(GraphError::invalid_parameter("solution_id is not the solution of the WABA"));
            }
            if call.params.required("migration_intent")? != "INITIATE_MIGRATION" {
                return Err(GraphError::invalid_parameter("only INITIATE_MIGRATION is simulated"));
            }
            let id = set_intent::set(call.state, call.cause, waba, call.caller.app)?;
            Ok(json!({ "success": true, "migration_intent_id": id, "status": "PENDING" }))
        }
    }
}

/// `GET /<INTENT>`.
fn read(call: &mut Call<'_>) -> Answer<NodeText> {
    let id = call.id()?;
    let world = &call.state.world;
    let intent = call.state.seen_intent(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    check_access(call, intent)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &INTENT)?;
    let shows_destination = match intent.status {
        IntentStatus::Accepted | IntentStatus::Completed => true,
        IntentStatus::Initiated | IntentStatus::Rejected => {
            call.state.knobs.intent_dest_before_accept == Presence::Present
        }
    };
    Ok(selection.write(|name, field| match name {
        "id" => field.value(&id),
        "status" => field.value(&intent.status.as_str()),
        "destination_waba" if shows_destination => match world.wabas.get(&intent.destination) {
            Some(waba) => field.value(&Account::of(waba)),
            None => field.value(&json!({ "id": intent.destination })),
        },
        "waba" => {
            if let Some(waba) = world.wabas.get(&intent.waba) {
                field.value(&Account::of(waba));
            }
        }
        "solution" => {
            if let Some(solution) = world.solutions.get(&intent.solution) {
                field.value(&json!({
                    "name": solution.name,
                    "status": solution.status,
                    "status_for_pending_request": "NONE",
                    "id": solution.id,
                }));
            }
        }
        _ => {}
    }))
}

/// The app that asked, with the system token of its portfolio or a business token of the customer's.
fn check_access(call: &Call<'_>, intent: &Intent) -> Answer<()> {
    call.caller.needs(&[Scope::WhatsappBusinessManagement])?;
    let owner = call.state.world.wabas.get(&intent.waba).map(|waba| waba.owner);
    let may = match &call.caller.as_whom {
        As::App => false,
        As::User { kind: TokenKind::System, .. } => true,
        As::User { kind: TokenKind::Business, portfolio, .. } => owner == Some(*portfolio),
    };
    if may && intent.app == call.caller.app {
        return Ok(());
    }
    Err(GraphError::permission(format!("the access token has no access to the migration intent {}", intent.id)))
}

/// A WABA as an intent shows it (guide 4).
#[derive(Serialize)]
struct Account<'a> {
    id: Id,
    name: &'a str,
    currency: &'a str,
    timezone_id: &'a str,
    business_type: &'static str,
    message_template_namespace: &'a str,
}

impl<'a> Account<'a> {
    fn of(waba: &'a Waba) -> Self {
        Self {
            id: waba.id,
            name: &waba.name,
            currency: &waba.currency,
            timezone_id: &waba.timezone_id,
            business_type: "ent",
            message_template_namespace: &waba.message_template_namespace,
        }
    }
}
