//! `health_status`: the way a partner learns that a payment method is missing (observations: waba.health_status).

use serde_json::{Map, Value, json};

use super::{Fidelity, Rule};
use crate::{
    ids::Id,
    knobs::Knobs,
    world::{NameStatus, Number, Template, TemplateStatus, Waba, World},
};

pub(super) const RULE: Rule = Rule {
    name: "health",
    says: "`health_status` of a WABA, number or template tells of a missing payment method, a template that is not approved, a name under review",
    source: "observations: waba.health_status, waba.payment_141006, waba.health_141002",
    fidelity: Fidelity::Simulated,
};

/// How far messages are possible, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Can {
    Available,
    Limited,
    Blocked,
}

impl Can {
    fn as_str(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::Limited => "LIMITED",
            Self::Blocked => "BLOCKED",
        }
    }
}

struct Entity {
    kind: &'static str,
    id: Id,
    can: Can,
    extra: Option<(&'static str, Value)>,
}

/// What is asked for its health.
pub(crate) enum Node<'a> {
    Waba,
    Number(&'a Number),
    Template(&'a Template),
}

/// The health of a WABA, or of a number or template of it.
pub(crate) fn status(world: &World, knobs: &Knobs, app: Id, waba: &Waba, node: &Node<'_>) -> Value {
    let own = match node {
        Node::Waba => None,
        Node::Number(number) => Some(of_number(number)),
        Node::Template(template) => Some(of_template(template)),
    };
    let entities: Vec<Entity> =
        own.into_iter().chain([of_waba(knobs, waba), of_business(world, waba), of_app(app)]).collect();
    let worst = entities.iter().map(|entity| entity.can).max().unwrap_or(Can::Available);
    json!({
        "can_send_message": worst.as_str(),
        "entities": entities.iter().map(show).collect::<Vec<_>>(),
    })
}

fn show(entity: &Entity) -> Value {
    let mut shown = Map::new();
    shown.insert("entity_type".to_owned(), entity.kind.into());
    shown.insert("id".to_owned(), entity.id.to_string().into());
    shown.insert("can_send_message".to_owned(), entity.can.as_str().into());
    if let Some((name, value)) = &entity.extra {
        shown.insert((*name).to_owned(), value.clone());
    }
    Value::Object(shown)
}

fn of_number(number: &Number) -> Entity {
    let (can, extra) = match number.name_status {
        NameStatus::Approved | NameStatus::AvailableWithoutReview => (Can::Available, None),
        NameStatus::Declined
        | NameStatus::Expired
        | NameStatus::PendingReview
        | NameStatus::None
        | NameStatus::NonExists => {
            let text = "Your display name has not been approved yet. Your message limit will increase after the display name is approved.";
            (Can::Limited, Some(("additional_info", json!([text]))))
        }
    };
    Entity { kind: "PHONE_NUMBER", id: number.id, can, extra }
}

fn of_template(template: &Template) -> Entity {
    if template.status == TemplateStatus::Approved {
        return Entity { kind: "MESSAGE_TEMPLATE", id: template.id, can: Can::Available, extra: None };
    }
    let errors = json!([{
        "error_code": 141_002,
        "error_description": "The template is not approved.",
        "possible_solution": "Wait for the review of the template, or edit it and hand it in again.",
    }]);
    Entity { kind: "MESSAGE_TEMPLATE", id: template.id, can: Can::Blocked, extra: Some(("errors", errors)) }
}

fn of_waba(knobs: &Knobs, waba: &Waba) -> Entity {
    if waba.funding.pays() || !knobs.funding_readable {
        return Entity { kind: "WABA", id: waba.id, can: Can::Available, extra: None };
    }
    let errors = json!([{
        "error_code": 141_006,
        "error_description": "There is an error with the payment method. This will block business initiated conversations.",
        "possible_solution": "There was an error with your payment method. Please add a new payment method to the account.",
    }]);
    Entity { kind: "WABA", id: waba.id, can: Can::Blocked, extra: Some(("errors", errors)) }
}

fn of_business(world: &World, waba: &Waba) -> Entity {
    if world.portfolios.get(&waba.owner).is_some_and(|portfolio| portfolio.verified) {
        return Entity { kind: "BUSINESS", id: waba.owner, can: Can::Available, extra: None };
    }
    let errors = json!([{
        "error_code": 141_010,
        "error_description": "The business has not passed business verification.",
        "possible_solution": "Verify the business in Business settings.",
    }]);
    Entity { kind: "BUSINESS", id: waba.owner, can: Can::Limited, extra: Some(("errors", errors)) }
}

fn of_app(app: Id) -> Entity {
    Entity { kind: "APP", id: app, can: Can::Available, extra: None }
}
