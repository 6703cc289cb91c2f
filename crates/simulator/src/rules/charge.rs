//! What a message costs, and who pays for it: guide B1 to B3, a sentence each (observations: billing.completion,
//! billing.what_is_charged, billing.windows, billing.pricing_object).

use jiff::{SignedDuration, Timestamp};

use super::{Fidelity, Rule};
use crate::{
    ids::Id,
    knobs::WindowAfterCutover,
    phone::Digits,
    state::{State, later},
    world::{
        Amount, Category, Charge, Content, Cutover, Funding, Message, Payer, Pricing, PricingCategory, PricingType,
        Sentence, World,
    },
};

pub(super) const RULE: Rule = Rule {
    name: "charge",
    says: "Delivered template messages are charged: before completion, or sent before it, to the old Solution Partner; else to the customer",
    source: "guide B1 to B3; observations: billing.completion, billing.what_is_charged, billing.windows",
    fidelity: Fidelity::Approximated {
        how: "the tariff is invented: 0.08 for marketing, 0.03 for utility, 0.02 for authentication, the same in every currency, to every country and at every volume; \
              a number's migration is complete at the instant of its register; price and window are settled when a message is sent; what a source without a credit line of its partner sends is charged to its customer, under the sentence that names the Solution Partner",
        because: "nobody but the customer pays for such a source; Meta's rates change with country, volume and quarter; the guide does not say when a migration is complete, and Meta's pages say both sent and delivered inside a window",
    },
};

/// How long everything is free after the answer to a message that came through a free entry point.
const FREE_ENTRY_WINDOW: SignedDuration = SignedDuration::from_hours(72);

/// The invented tariff: what a delivered template message costs, in ten-thousandths of the WABA's currency.
const fn rate(category: PricingCategory) -> Amount {
    Amount::ten_thousandths(match category {
        PricingCategory::Marketing => 800,
        PricingCategory::Utility => 300,
        PricingCategory::Authentication => 200,
        PricingCategory::Service | PricingCategory::ReferralConversion => 0,
    })
}

/// What is open between a WABA's number and a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windows {
    /// The customer wrote less than 24 hours ago.
    pub(crate) service: bool,
    /// Everything is free.
    pub(crate) free_entry: bool,
}

/// What is open now for `waba`.
pub(crate) fn windows(state: &State, at: Timestamp, waba: Id, number: Digits, customer: Digits) -> Windows {
    let conversation = state.world.messaging.conversation(number, customer);
    let counts = match state.knobs.customer_window_after_cutover {
        WindowAfterCutover::Stays => true,
        WindowAfterCutover::Closes => conversation.arrived_at == Some(waba),
    };
    Windows {
        service: counts && conversation.service_window_is_open(at),
        free_entry: counts && conversation.free_entry_is_open(at),
    }
}

/// The price of a message that is sent now. An answer to a message that came through a free entry point opens its window.
pub(crate) fn price(state: &mut State, at: Timestamp, waba: Id, ends: (Digits, Digits), content: &Content) -> Pricing {
    let (number, customer) = ends;
    let before = windows(state, at, waba, number, customer);
    let mut conversation = state.world.messaging.conversation(number, customer);
    let opens = conversation.free_entry_offered && before.service;
    if opens {
        conversation.free_entry_offered = false;
        conversation.free_entry_until = Some(later(at, FREE_ENTRY_WINDOW));
        state.world.messaging.set_conversation(at, number, customer, conversation);
    }
    if opens || before.free_entry {
        return Pricing { kind: PricingType::FreeEntryPoint, category: PricingCategory::ReferralConversion };
    }
    match content {
        Content::FreeForm(_) => Pricing { kind: PricingType::FreeCustomerService, category: PricingCategory::Service },
        Content::Template { category: Category::Utility, .. } if before.service => {
            Pricing { kind: PricingType::FreeCustomerService, category: PricingCategory::Utility }
        }
        Content::Template { category, .. } => Pricing { kind: PricingType::Regular, category: (*category).into() },
    }
}

/// What is owed for a message that is delivered at `at`; nothing if it is free.
pub(crate) fn charge(world: &World, at: Timestamp, message: &Message) -> Option<Charge> {
    match (message.pricing.kind, &message.content) {
        (PricingType::Regular, Content::Template { .. }) => {}
        (PricingType::Regular | PricingType::FreeCustomerService | PricingType::FreeEntryPoint, _) => return None,
    }
    let cutover = message.number.to_e164().and_then(|number| world.messaging.cutovers.get(&number));
    let sentence = sentence(at, message.waba, cutover);
    let funding = world.wabas.get(&message.waba).map_or(Funding::None, |waba| waba.funding);
    let payer = match (sentence, funding) {
        (Sentence::B1 | Sentence::B2, Funding::CreditLine(_)) => Payer::SolutionPartner,
        (Sentence::B1 | Sentence::B2, Funding::None | Funding::PaymentMethod(_) | Funding::Declined(_))
        | (Sentence::B3, _) => Payer::Customer,
    };
    Some(Charge { payer, sentence, amount: rate(message.pricing.category) })
}

/// Which sentence decides about a message of `sender` that is delivered at `at`.
///
/// A number's migration is complete at the instant of its register, and in that very instant it changes hands: what the source
/// sent was sent before, what the destination sends is sent after. So the sender tells what two equal instants could not.
/// What is delivered at that instant falls to B1 or B2 by what came first in it; both name the same payer.
fn sentence(at: Timestamp, sender: Id, cutover: Option<&Cutover>) -> Sentence {
    match cutover {
        Some(cutover) if cutover.destination == sender => Sentence::B3,
        Some(cutover) if cutover.at <= at => Sentence::B2,
        Some(_) | None => Sentence::B1,
    }
}
