//! `health_status`: how somebody else than the customer learns whether messages can be sent, and paid.

use crate::json::{AnswerError, Place};
use crate::open_enum::open_enum;

open_enum! {
    /// Whether messages can be sent.
    pub enum CanSendMessage {
        /// Without restriction.
        Available = "AVAILABLE",
        /// With restrictions.
        Limited = "LIMITED",
        /// Not at all, or not those that the business begins.
        Blocked = "BLOCKED",
    }
}

open_enum! {
    /// What kind of node an entry is about.
    pub enum EntityType {
        /// A business phone number; only when the number itself was asked.
        PhoneNumber = "PHONE_NUMBER",
        /// The WABA.
        Waba = "WABA",
        /// The business portfolio.
        Business = "BUSINESS",
        /// The app that asks.
        App = "APP",
        /// A template; only when the template itself was asked.
        MessageTemplate = "MESSAGE_TEMPLATE",
    }
}

/// Health of a node and of all that it depends on (`observations: waba.health_status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthStatus {
    /// The worst of the entries.
    pub can_send_message: Option<CanSendMessage>,
    /// One entry for each node.
    pub entities: Vec<HealthEntity>,
}

/// Health of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthEntity {
    /// Its kind.
    pub entity_type: Option<EntityType>,
    /// Its id.
    pub id: Option<String>,
    /// Whether it lets messages through.
    pub can_send_message: Option<CanSendMessage>,
    /// Reasons with a code.
    pub errors: Vec<HealthProblem>,
    /// Reasons in words only.
    pub additional_info: Vec<String>,
}

/// A reason why messages do not get through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthProblem {
    /// Code, such as 141006 for a payment method that does not work.
    pub code: Option<i64>,
    /// What it is.
    pub description: Option<String>,
    /// What would clear it.
    pub possible_solution: Option<String>,
}

/// A problem with the payment method (`observations: waba.payment_verdict`).
const PAYMENT_PROBLEM: i64 = 141_006;

impl HealthStatus {
    pub(crate) fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        Ok(Self {
            can_send_message: place.word("can_send_message"),
            entities: place.list("entities")?.iter().map(HealthEntity::read).collect::<Result<_, _>>()?,
        })
    }

    /// Meta's complaint about the payment method, if there is one. Without one the method need not exist: combine it with
    /// [`Waba::primary_funding_id`](super::Waba::primary_funding_id).
    #[must_use]
    pub fn payment_problem(&self) -> Option<&HealthProblem> {
        self.entities.iter().flat_map(|entity| &entity.errors).find(|problem| problem.code == Some(PAYMENT_PROBLEM))
    }

    /// The entry about a kind of node.
    #[must_use]
    pub fn entity(&self, kind: &EntityType) -> Option<&HealthEntity> {
        self.entities.iter().find(|entity| entity.entity_type.as_ref() == Some(kind))
    }
}

impl HealthEntity {
    fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        let errors = place.list("errors")?;
        Ok(Self {
            entity_type: place.word("entity_type"),
            id: place.text("id"),
            can_send_message: place.word("can_send_message"),
            errors: errors.iter().map(HealthProblem::read).collect(),
            additional_info: place.list("additional_info")?.iter().filter_map(Place::as_text).collect(),
        })
    }
}

impl HealthProblem {
    fn read(place: &Place<'_>) -> Self {
        Self {
            code: place.integer("error_code"),
            description: place.text("error_description"),
            possible_solution: place.text("possible_solution"),
        }
    }
}
