//! What people do: the customer's, as a script or at once, and Meta's reviewers.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    agenda::Event,
    ids::Id,
    ledger::Change,
    phone::E164,
    rules::{answer_intent, partners_leave, two_step},
    state::{Cause, State},
    webhooks::occasions,
    world::{Funding, IntentStatus, NameStatus, Review},
};

/// What the person at a customer does, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The answer to the request in Business settings (guide 3).
    pub answer: Answer,
    /// How long after the intent was set.
    pub answer_after: SignedDuration,
    /// The payment method (guide 3).
    pub pays: Pays,
    /// How long after acceptance the partners are removed from the source; never if absent.
    pub removes_partner_after: Option<SignedDuration>,
}

/// The answer to a migration request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Accepts.
    Accept,
    /// Declines.
    Reject,
    /// Never answers.
    Never,
    /// Accepts, and picks another business portfolio than the source's.
    WrongPortfolio,
}

/// The payment method on the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pays {
    /// Added so long after acceptance; zero is within the flow.
    After(SignedDuration),
    /// Added with the acceptance, and declined by the bank.
    Declined,
    /// Never added.
    Never,
}

/// Something that a person does at once, as `POST /_sim/people/<PORTFOLIO>` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Accepts every open request of the portfolio.
    AcceptIntent,
    /// Declines every open request.
    RejectIntent,
    /// Adds a good payment method to every destination WABA.
    AddPaymentMethod,
    /// Has the payment method of every destination WABA declined.
    DeclinePaymentMethod,
    /// Turns two-step verification off for every number of the source WABAs.
    TurnOffTwoStep,
    /// Turns it on again.
    TurnOnTwoStep,
    /// Removes the partners from the source WABAs.
    RemovePartner,
    /// Meta approves every display name under review.
    ApproveName,
    /// Meta approves every account under review.
    ApproveWaba,
}

impl Action {
    /// Its name on the control surface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AcceptIntent => "accept_intent",
            Self::RejectIntent => "reject_intent",
            Self::AddPaymentMethod => "add_payment_method",
            Self::DeclinePaymentMethod => "decline_payment_method",
            Self::TurnOffTwoStep => "turn_off_two_step",
            Self::TurnOnTwoStep => "turn_on_two_step",
            Self::RemovePartner => "remove_partner",
            Self::ApproveName => "approve_name",
            Self::ApproveWaba => "approve_waba",
        }
    }
}

/// Does `action` for every WABA and intent of a portfolio, or only what belongs to `waba`. Gives how many things changed.
pub(crate) fn act(state: &mut State, at: Timestamp, portfolio: Id, waba: Option<Id>, action: Action) -> usize {
    let sources: Vec<Id> = {
        let customers = state.world.customers_of(portfolio);
        customers.map(|customer| customer.waba).filter(|source| waba.is_none_or(|waba| waba == *source)).collect()
    };
    let open: Vec<Id> = of_sources(state, &sources, |status| status == IntentStatus::Initiated);
    let destinations: Vec<Id> = {
        let made =
            of_sources(state, &sources, |status| matches!(status, IntentStatus::Accepted | IntentStatus::Completed));
        made.into_iter().filter_map(|intent| Some(state.world.intents.get(&intent)?.destination)).collect()
    };
    let both = || sources.iter().chain(&destinations).copied();
    let mut changed = 0;
    match action {
        Action::AcceptIntent => open.iter().for_each(|id| changed += usize::from(accept(state, at, *id))),
        Action::RejectIntent => {
            open.iter().for_each(|id| changed += usize::from(answer_intent::reject(state, Cause::person(at), *id)));
        }
        Action::AddPaymentMethod => {
            destinations.iter().for_each(|id| changed += usize::from(add_payment_method(state, at, *id)));
        }
        Action::DeclinePaymentMethod => {
            destinations.iter().for_each(|id| changed += usize::from(decline_payment_method(state, at, *id)));
        }
        Action::TurnOffTwoStep => sources.iter().for_each(|id| changed += two_step::set(state, at, *id, false)),
        Action::TurnOnTwoStep => sources.iter().for_each(|id| changed += two_step::set(state, at, *id, true)),
        Action::RemovePartner => {
            sources.iter().for_each(|id| changed += usize::from(remove_partner(state, at, *id)));
        }
        Action::ApproveName => {
            for id in both() {
                let numbers = state
                    .world
                    .wabas
                    .get(&id)
                    .map(|waba| waba.numbers.iter().map(|entry| entry.number.clone()).collect());
                let numbers: Vec<E164> = numbers.unwrap_or_default();
                numbers
                    .iter()
                    .for_each(|number| changed += usize::from(approve_name(state, Cause::person(at), id, number)));
            }
        }
        Action::ApproveWaba => {
            both().for_each(|id| changed += usize::from(approve_waba(state, Cause::person(at), id)));
        }
    }
    changed
}

/// Does `action` for one source WABA.
pub(crate) fn act_about(state: &mut State, at: Timestamp, source: Id, action: Action) -> usize {
    let portfolio = state.world.wabas.get(&source).map(|waba| waba.on_behalf_of.unwrap_or(waba.owner));
    portfolio.map_or(0, |portfolio| act(state, at, portfolio, Some(source), action))
}

fn of_sources(state: &State, sources: &[Id], wanted: impl Fn(IntentStatus) -> bool) -> Vec<Id> {
    let intents = sources.iter().flat_map(|source| state.world.intents_of(*source));
    intents.filter(|intent| wanted(intent.status)).map(|intent| intent.id).collect()
}

/// The person gets to the request and does as the script says.
pub(crate) fn answer(state: &mut State, at: Timestamp, intent: Id) {
    let script = state.world.intents.get(&intent).and_then(|intent| state.world.people.get(&intent.waba));
    match script.map(|script| script.answer) {
        Some(Answer::Accept | Answer::WrongPortfolio) => {
            if accept(state, at, intent) {
                follow_script(state, at, intent);
            }
        }
        Some(Answer::Reject) => {
            answer_intent::reject(state, Cause::person(at), intent);
        }
        Some(Answer::Never) | None => {}
    }
}

/// Answers one request by hand. False if it is not open.
pub(crate) fn answer_now(state: &mut State, at: Timestamp, intent: Id, accepts: bool) -> bool {
    if accepts { accept(state, at, intent) } else { answer_intent::reject(state, Cause::person(at), intent) }
}

/// After an acceptance that came by itself: the payment, and the removal of the partners. Who accepts by hand does these by
/// hand as well.
pub(crate) fn follow_script(state: &mut State, at: Timestamp, intent: Id) {
    let Some((source, destination)) = state.world.intents.get(&intent).map(|intent| (intent.waba, intent.destination))
    else {
        return;
    };
    let Some(script) = state.world.people.get(&source).cloned() else { return };
    match script.pays {
        Pays::After(delay) if delay.is_zero() => {
            add_payment_method(state, at, destination);
        }
        Pays::After(delay) => state.plan_after(at, delay, Event::PersonPays { waba: destination }),
        Pays::Declined => {
            decline_payment_method(state, at, destination);
        }
        Pays::Never => {}
    }
    if let Some(delay) = script.removes_partner_after {
        state.plan_after(at, delay, Event::PersonRemovesPartner { waba: source });
    }
}

/// Accepts: with the right portfolio, unless the script picks another.
fn accept(state: &mut State, at: Timestamp, intent: Id) -> bool {
    let script = state.world.intents.get(&intent).and_then(|intent| state.world.people.get(&intent.waba));
    let picks_another = script.is_some_and(|script| script.answer == Answer::WrongPortfolio);
    let other = if picks_another { other_portfolio(state, intent) } else { None };
    answer_intent::accept(state, Cause::person(at), intent, other)
}

/// The second portfolio of a customer that has several; made when it is first needed.
fn other_portfolio(state: &mut State, intent: Id) -> Option<Id> {
    let waba = state.world.intents.get(&intent)?.waba;
    let mut other = state.world.portfolios.get(&state.world.wabas.get(&waba)?.owner)?.clone();
    other.id = state.seed.id(&["portfolio", "other", &other.id.to_string()]);
    other.name.push_str(" Holding");
    let id = other.id;
    state.world.portfolios.entry(id).or_insert(other);
    Some(id)
}

/// Puts a good payment method on a WABA.
pub(crate) fn add_payment_method(state: &mut State, at: Timestamp, waba: Id) -> bool {
    let method = state.seed.id(&["payment", &waba.to_string()]);
    fund(state, at, waba, Funding::PaymentMethod(method), "funding.added")
}

/// Has the payment method of a WABA declined.
pub(crate) fn decline_payment_method(state: &mut State, at: Timestamp, waba: Id) -> bool {
    let method = state.seed.id(&["payment", &waba.to_string()]);
    fund(state, at, waba, Funding::Declined(method), "funding.declined")
}

fn fund(state: &mut State, at: Timestamp, id: Id, funding: Funding, kind: &'static str) -> bool {
    if state.world.wabas.get(&id).is_none_or(|waba| waba.funding == funding) {
        return false;
    }
    if let Some(waba) = state.change_waba(at, id) {
        waba.funding = funding;
    }
    let source = state.world.source_of(id);
    state.enter(Cause::person(at), Change::new(kind, source).with("waba", id));
    true
}

/// Takes a WABA away from every partner.
pub(crate) fn remove_partner(state: &mut State, at: Timestamp, id: Id) -> bool {
    let Some(partners) = state.world.wabas.get(&id).map(|waba| waba.shared_with.clone()) else { return false };
    partners_leave::remove(state, Cause::person(at), id, &partners)
}

/// Approves the display name of a number.
pub(crate) fn approve_name(state: &mut State, cause: Cause, id: Id, number: &E164) -> bool {
    let is_pending =
        |entry: &crate::world::Number| entry.name_status != NameStatus::Approved || entry.new_name.is_some();
    let listed = state.world.wabas.get(&id).and_then(|waba| waba.number(number));
    if !listed.is_some_and(is_pending) {
        return false;
    }
    if let Some(entry) = state.change_waba(cause.at, id).and_then(|waba| waba.number_mut(number)) {
        entry.name_status = NameStatus::Approved;
        if let Some(name) = entry.new_name.take() {
            entry.verified_name = name;
        }
    }
    let source = state.world.source_of(id);
    state.enter(cause, Change::new("name.approved", source).number(number).with("waba", id));
    occasions::name_approved(state, cause.at, id, number);
    true
}

/// Approves an account.
pub(crate) fn approve_waba(state: &mut State, cause: Cause, id: Id) -> bool {
    if state.world.wabas.get(&id).is_none_or(|waba| waba.review == Review::Approved) {
        return false;
    }
    if let Some(waba) = state.change_waba(cause.at, id) {
        waba.review = Review::Approved;
    }
    let source = state.world.source_of(id);
    state.enter(cause, Change::new("waba.approved", source).with("waba", id));
    occasions::account_approved(state, cause.at, id);
    true
}
