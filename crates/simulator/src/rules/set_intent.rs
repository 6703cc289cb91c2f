//! Guide 2: a WABA is tagged for migration (observations: intents.intent_repeat, intents.intent_repeat_after_accept,
//! intents.obo, intents.state_error).

use super::{Fidelity, Rule, unanswered};
use crate::{
    agenda::Event,
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::{IntentRepeat, RepeatAfterAccept},
    ledger::Change,
    mail::Mail,
    people,
    state::{Cause, State},
    world::{Intent, IntentStatus, Ownership},
};

pub(super) const RULE: Rule = Rule {
    name: "set_intent",
    says: "A WABA is tagged for migration, and every admin gets a mail",
    source: "guide 2, 3.6; observations: intents.intent_repeat, intents.intent_repeat_after_accept, intents.obo, intents.state_error",
    fidelity: Fidelity::Simulated,
};

/// Tags `waba` for `app`. Gives the intent's id.
pub(crate) fn set(state: &mut State, cause: Cause, waba: Id, app: Id) -> Answer<Id> {
    check_app_and_owner(state, waba, app)?;
    let earlier: Vec<&Intent> = state.world.intents_of(waba).collect();
    if let Some(live) = earlier.iter().find(|intent| intent.status != IntentStatus::Rejected)
        && let Some(id) = repeated(state, live, app)?
    {
        return Ok(id);
    }
    let solution = solution_to_leave(state, waba, app)?;
    let place = earlier.len().to_string();
    let key = [&waba.to_string(), &app.to_string(), place.as_str()];
    let id = state.seed.id(&["intent", key[0], key[1], key[2]]);
    let destination = state.seed.id(&["destination", key[0], key[1], key[2]]);
    let status = IntentStatus::Initiated;
    let intent = Intent { id, waba, app, solution, status, created_at: cause.at, destination, copy_planned: false };
    state.world.add_intent(intent);
    state.enter(cause, Change::new("intent.created", waba).with("intent", id).with("app", app));
    write_to_admins(state, cause, waba, app, id);
    plan_answer(state, cause, waba, id);
    Ok(id)
}

fn already_marked() -> Box<GraphError> {
    GraphError::migration(2_593_079, "", "WABA already marked for migration to a different solution ID")
}

fn wrong_state() -> Box<GraphError> {
    GraphError::new(422, 100, "").message("Migration intent cannot be set for solution in current state")
}

/// What a tag of `app` gives while there is an intent already: its id, or nothing where another one is made.
fn repeated(state: &State, live: &Intent, app: Id) -> Answer<Option<Id>> {
    if live.app != app {
        return Err(already_marked());
    }
    match live.status {
        IntentStatus::Initiated => match state.knobs.intent_repeat {
            IntentRepeat::SameId => Ok(Some(live.id)),
            IntentRepeat::Refused => Err(already_marked()),
            IntentRepeat::NewId => Ok(None),
        },
        IntentStatus::Accepted | IntentStatus::Completed => match state.knobs.intent_repeat_after_accept {
            RepeatAfterAccept::SameId => Ok(Some(live.id)),
            RepeatAfterAccept::Refused => Err(wrong_state()),
        },
        IntentStatus::Rejected => Ok(None),
    }
}

fn check_app_and_owner(state: &State, waba: Id, app: Id) -> Answer<()> {
    let world = &state.world;
    if !world.apps.get(&app).is_some_and(|app| app.advanced_access) {
        return Err(GraphError::new(403, 10, "Application does not have permission for this action")
            .details("the app has no advanced access for whatsapp_business_management"));
    }
    let waba = world.wabas.get(&waba).ok_or_else(|| GraphError::unknown_object("POST", &waba.to_string()))?;
    if waba.ownership == Ownership::OnBehalfOf {
        return Err(GraphError::migration(2_593_085, "", "This account is not valid for on-behalf-of mobility."));
    }
    Ok(())
}

fn solution_to_leave(state: &State, waba: Id, app: Id) -> Answer<Id> {
    let solution = state.world.wabas.get(&waba).and_then(|waba| waba.solution);
    let solution = solution.and_then(|id| state.world.solutions.get(&id)).filter(|solution| solution.is_active());
    match solution {
        Some(solution) if solution.provider_app == app => Ok(solution.id),
        Some(_) => Err(GraphError::invalid_parameter("the app is no partner of the WABA's solution")),
        None => Err(wrong_state()),
    }
}

/// Guide 3: everybody with admin access on the WABA gets a mail.
fn write_to_admins(state: &mut State, cause: Cause, waba: Id, app: Id, intent: Id) {
    let world = &state.world;
    let Some(account) = world.wabas.get(&waba) else { return };
    let Some(owner) = world.portfolios.get(&account.owner) else { return };
    let app = world.apps.get(&app).map(|app| app.name.as_str()).unwrap_or_default();
    let about = (waba, account.name.as_str());
    let mails =
        owner.admins.iter().map(|admin| Mail::review_request(cause.at, admin.email.clone(), app, about, intent));
    let mails: Vec<Mail> = mails.collect();
    state.mails.extend(mails);
}

fn plan_answer(state: &mut State, cause: Cause, waba: Id, intent: Id) {
    if let Some(script) = state.world.people.get(&waba).filter(|script| script.answer != people::Answer::Never) {
        let after = script.answer_after;
        state.plan_after(cause.at, after, Event::PersonAnswers { intent });
    }
    unanswered::plan(state, intent);
}
