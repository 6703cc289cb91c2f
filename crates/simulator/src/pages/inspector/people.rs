//! What somebody at the customer's or at Meta can be made to do at once, from a WABA's page.

use maud::{Markup, html};

use super::super::{
    notice::Notice,
    visit::{Answer, Denied, Visit, see},
};
use super::back;
use crate::{
    ids::Id,
    people::Action,
    world::{Customer, Waba},
};

const ACTIONS: [(Action, &str, &str); 9] = [
    (Action::AcceptIntent, "accept_intent", "Accept the request"),
    (Action::RejectIntent, "reject_intent", "Decline the request"),
    (Action::AddPaymentMethod, "add_payment_method", "Add a payment method"),
    (Action::DeclinePaymentMethod, "decline_payment_method", "Have the payment method declined"),
    (Action::TurnOffTwoStep, "turn_off_two_step", "Turn two-step off"),
    (Action::TurnOnTwoStep, "turn_on_two_step", "Turn two-step on"),
    (Action::RemovePartner, "remove_partner", "Remove the partners"),
    (Action::ApproveName, "approve_name", "Approve display names (Meta)"),
    (Action::ApproveWaba, "approve_waba", "Approve the accounts (Meta)"),
];

/// Buttons for everything that a person can do about a source WABA and its destination.
pub(super) fn forms(customer: &Customer, waba: &Waba) -> Markup {
    html! {
        h2 { "People" }
        p.note { "Each button lets a person do it now, for the source, the destination, or both." }
        form.buttons method="post" action={ "/_sim/people/" (customer.portfolio) } {
            input type="hidden" name="waba" value=(customer.waba);
            input type="hidden" name="back" value={ "/_sim/wabas/" (waba.id) };
            @for (_, word, label) in ACTIONS { button.quiet type="submit" name="action" value=(word) { (label) } }
        }
    }
}

/// Does what a form says.
pub(super) fn act(visit: &Visit<'_>, portfolio: Id) -> Answer {
    let known = visit.simulator.look(|state| !state.world.index.customers_of(portfolio).is_empty());
    if !known {
        return Err(Denied::Missing("a customer's business portfolio with this id"));
    }
    let named = visit.form.get("action");
    let action = ACTIONS.iter().find(|(_, word, _)| *word == named);
    let (action, ..) = action.ok_or_else(|| Denied::Unreadable(format!("There is no action `{named}`.")))?;
    let waba: Id =
        visit.form.get("waba").parse().map_err(|_| Denied::Unreadable("The form names no WABA.".to_owned()))?;
    let changed = visit.simulator.person_about(portfolio, Some(waba), *action);
    see(back(visit, "/_sim"), if changed > 0 { &Notice::PERSON_DID } else { &Notice::PERSON_DID_NOT })
}
