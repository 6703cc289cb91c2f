//! A source WABA of a customer with everything that belongs to it, and what its people have to do for the migration.

use maud::Markup;

use super::parts::{Mood, badge};
use crate::{
    ids::Id,
    world::{Customer, Funding, Intent, IntentStatus, Number, Waba, World},
};

/// One row of the customer file, followed to what became of it.
pub(super) struct Account<'a> {
    pub(super) customer: &'a Customer,
    pub(super) source: &'a Waba,
    /// The request that counts: the newest that was not declined, else the newest.
    pub(super) intent: Option<&'a Intent>,
    pub(super) destination: Option<&'a Waba>,
}

/// What a person has to do (guide 1 and 3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    TurnOffTwoStep,
    AnswerRequest,
    AddPaymentMethod,
}

/// How far that is.
pub(super) enum Progress {
    Done,
    /// To be done now; the text says what is there to see.
    Open(&'static str),
    /// Cannot be done yet, for the reason that is given.
    NotYet(&'static str),
    /// Will not be done.
    Over(&'static str),
}

impl<'a> Account<'a> {
    pub(super) fn of(world: &'a World, customer: &'a Customer) -> Option<Self> {
        let source = world.wabas.get(&customer.waba)?;
        let intent = world
            .intents_of(source.id)
            .max_by_key(|intent| (intent.status != IntentStatus::Rejected, intent.created_at, intent.id));
        let destination = intent.and_then(|intent| world.wabas.get(&intent.destination));
        Some(Self { customer, source, intent, destination })
    }

    /// The account that a WABA belongs to, as source or destination.
    pub(super) fn of_waba(world: &'a World, portfolio: Id, waba: Id) -> Option<Self> {
        let customer = world.customer_of(world.source_of(waba)).filter(|customer| customer.portfolio == portfolio)?;
        Self::of(world, customer)
    }

    /// Source and, if there is one, destination.
    pub(super) fn wabas(&self) -> impl Iterator<Item = &'a Waba> {
        [Some(self.source), self.destination].into_iter().flatten()
    }

    /// Numbers of the source that have not left and are locked by two-step verification.
    pub(super) fn locked(&self) -> impl Iterator<Item = &'a Number> {
        self.source.numbers.iter().filter(|number| number.status.is_held() && number.two_step)
    }

    pub(super) fn duties(&self) -> [(Duty, Progress); 3] {
        [
            (Duty::TurnOffTwoStep, self.two_step()),
            (Duty::AnswerRequest, self.request()),
            (Duty::AddPaymentMethod, self.payment()),
        ]
    }

    fn two_step(&self) -> Progress {
        if self.locked().next().is_none() {
            return Progress::Done;
        }
        Progress::Open("A number with two-step verification cannot be registered under the new account.")
    }

    fn request(&self) -> Progress {
        match self.intent.map(|intent| intent.status) {
            None => Progress::NotYet("No request has arrived yet."),
            Some(IntentStatus::Initiated) => Progress::Open("A request waits for your answer."),
            Some(IntentStatus::Accepted | IntentStatus::Completed) => Progress::Done,
            Some(IntentStatus::Rejected) => Progress::Over("The request was declined or ran out."),
        }
    }

    fn payment(&self) -> Progress {
        match self.destination.map(|destination| destination.funding) {
            None if self.intent.is_some_and(|intent| intent.status == IntentStatus::Rejected) => {
                Progress::Over("There is no new account to pay for.")
            }
            None => Progress::NotYet("The new WhatsApp account comes into being when the request is accepted."),
            Some(Funding::None) => Progress::Open("The new WhatsApp account has no payment method."),
            Some(Funding::Declined(_)) => Progress::Open("The bank declined the payment method of the new account."),
            Some(Funding::CreditLine(_) | Funding::PaymentMethod(_)) => Progress::Done,
        }
    }
}

/// Who pays for a WABA, in few words.
pub(super) fn funding(waba: &Waba) -> Markup {
    match waba.funding {
        Funding::None => badge(Mood::Waiting, "No payment method"),
        Funding::Declined(_) => badge(Mood::Bad, "Card declined"),
        Funding::CreditLine(_) => badge(Mood::Neutral, "Partner's credit line"),
        Funding::PaymentMethod(_) => badge(Mood::Good, "Payment method"),
    }
}
