//! Without a payment method a destination takes no number (observations: numbers.payment_enforced_at,
//! errors.payment_hidden_in_details). Guide 3 says only that template messages cannot be sent; a live migration was stopped at register.

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::PaymentEnforcedAt,
    state::State,
};

pub(super) const RULE: Rule = Rule {
    name: "payment",
    says: "Without a payment method a destination takes no number",
    source: "guide 3.2, 3.3; observations: numbers.payment_enforced_at",
    fidelity: Fidelity::Simulated,
};

/// The step that asks.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// Guide 8.
    Move,
    /// Guide 9.
    Register,
}

pub(crate) fn check(state: &State, step: Step, waba: Id) -> Answer<()> {
    let enforced = match (state.knobs.payment_enforced_at, step) {
        (PaymentEnforcedAt::MigrateAndRegister, Step::Move | Step::Register)
        | (PaymentEnforcedAt::RegisterOnly, Step::Register) => true,
        (PaymentEnforcedAt::RegisterOnly, Step::Move) | (PaymentEnforcedAt::SendOnly, Step::Move | Step::Register) => {
            false
        }
    };
    if !enforced || state.world.wabas.get(&waba).is_none_or(|waba| waba.funding.pays()) {
        return Ok(());
    }
    if state.knobs.payment_hidden_in_details {
        return Err(GraphError::invalid_parameter(
            "Cannot Migrate Phone Number: Your WhatsApp Business Account doesn't have a payment method set up.",
        ));
    }
    Err(GraphError::migration(
        2_388_103,
        "Your WhatsApp account does not have a payment account.",
        "Add a payment method to the WhatsApp account.",
    ))
}
