//! A business sends a message: what is refused at once, what fails later, and what it will cost (guide 3.3;
//! observations: messages.send, messages.template_errors, messages.reengagement, billing.payment_missing_told_by).

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Fidelity, Rule, charge, deliver_message};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::PaymentMissingToldBy,
    phone::{Digits, E164},
    state::{Cause, State, later},
    world::{Content, Fate, Message, MessageStatus, Number, NumberStatus, SendError, Template, TemplateStatus, Waba},
};

pub(super) const RULE: Rule = Rule {
    name: "send_message",
    says: "A registered number sends: approved templates once there is a payment method, anything else inside an open customer service window",
    source: "guide 3.3; observations: messages.send, messages.template_errors, messages.reengagement",
    fidelity: Fidelity::Approximated {
        how: "the checks come in one fixed order; of a message's content only its kind, the template and the count of body parameters are looked at; groups and marketing limits are left out",
        because: "the order is not documented, and the content changes nothing about a migration",
    },
};

/// A message that is about to be sent.
pub(crate) struct Outgoing {
    /// The WABA that sends it.
    pub(crate) waba: Id,
    /// The number it is sent from.
    pub(crate) number: E164,
    /// The customer.
    pub(crate) to: Digits,
    /// What is sent.
    pub(crate) body: Body,
    /// Given back with each status.
    pub(crate) callback_data: Option<String>,
    /// What becomes of it.
    pub(crate) course: Course,
    /// Sent by the steady traffic of a scenario.
    pub(crate) is_traffic: bool,
}

/// What is sent.
pub(crate) enum Body {
    /// A template by name and language.
    Template {
        name: String,
        language: String,
        /// How many parameters the request gives to the template's body; not looked at if absent.
        body_parameters: Option<usize>,
    },
    /// Anything else, by the API's word for it.
    FreeForm(String),
}

/// What becomes of a message, unless it may not be sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// As the customers of this world usually have it.
    Usual,
    /// Delivered so long after it was sent and read so long after that; never if absent.
    Planned { delivered_after: Option<SignedDuration>, read_after: Option<SignedDuration> },
    /// Fails so long after it was sent.
    Fails(SignedDuration),
}

/// Sends a message, and gives its id.
pub(crate) fn send(state: &mut State, cause: Cause, outgoing: Outgoing) -> Answer<Id> {
    let Outgoing { waba, number, to, body, callback_data, course, is_traffic } = outgoing;
    let account = state.world.wabas.get(&waba).ok_or_else(|| GraphError::unknown_object("POST", &waba.to_string()))?;
    let entry = account.number(&number).ok_or_else(|| GraphError::unknown_object("POST", number.as_str()))?;
    check_sender(entry, cause.at, to)?;
    let content = content(account, body)?;
    let pays = account.funding.pays();
    let phone = entry.id;
    let from = Digits::from(&number);
    let refused = match &content {
        Content::Template { .. } if !pays => Some(SendError::Payment),
        Content::FreeForm(_) if !charge::windows(state, cause.at, waba, from, to).service => {
            Some(SendError::Reengagement)
        }
        Content::Template { .. } | Content::FreeForm(_) => None,
    };
    if refused == Some(SendError::Payment) && state.knobs.payment_missing_told_by == PaymentMissingToldBy::Answer {
        let error = GraphError::new(400, 131_042, "Business eligibility payment issue");
        return Err(error.details("There was an error related to the payment method."));
    }
    let id = free_id(state, cause.at, phone, to, &content);
    let fate = match refused {
        Some(error) => Fate::Failed { at: cause.at, error },
        None => fate(state, cause.at, id, course),
    };
    let pricing = charge::price(state, cause.at, waba, (from, to), &content);
    state.world.messaging.sent += 1;
    if refused.is_none() {
        state.world.messaging.count_sent(cause.at, &content);
    }
    let message = Message {
        id,
        place: state.world.messaging.sent,
        waba,
        phone,
        number: from,
        to,
        content,
        pricing,
        sent_at: cause.at,
        fate,
        status: MessageStatus::Sent,
        charge: None,
        callback_data,
        is_traffic,
    };
    if deliver_message::is_in_ledger(&message) {
        let change = deliver_message::change(state, "message.sent", &message);
        state.enter(cause, change);
    }
    if refused.is_none() {
        deliver_message::tell(state, cause.at, &message);
    }
    deliver_message::go_on(state, message);
    Ok(id)
}

/// The number is registered, not being upgraded, and does not write to itself.
fn check_sender(entry: &Number, at: Timestamp, to: Digits) -> Answer<()> {
    if entry.status != NumberStatus::Connected {
        let error = GraphError::new(400, 133_010, "Phone number not registered");
        return Err(error.details("The number is not registered on Cloud API."));
    }
    if entry.maintenance_until.is_some_and(|until| at < until) {
        return Err(GraphError::new(500, 131_057, "Account in maintenance mode")
            .details("The WhatsApp Business account is in maintenance mode: its throughput is being upgraded."));
    }
    if Digits::from(&entry.number) == to {
        return Err(GraphError::new(400, 131_021, "Recipient cannot be sender")
            .details("Sender and recipient phone number are the same."));
    }
    Ok(())
}

fn content(account: &Waba, body: Body) -> Answer<Content> {
    match body {
        Body::FreeForm(kind) => Ok(Content::FreeForm(kind)),
        Body::Template { name, language, body_parameters } => {
            let template = approved(account, &name, &language)?;
            check_parameters(template, body_parameters)?;
            Ok(Content::Template { id: template.id, label: template.label(), category: template.category })
        }
    }
}

/// The template, if it may be sent: 132001 where it is not there or not approved, 132015 paused, 132016 disabled.
fn approved<'a>(account: &'a Waba, name: &str, language: &str) -> Answer<&'a Template> {
    let missing = || {
        GraphError::new(404, 132_001, "Template name does not exist in the translation")
            .details(format!("template name ({name}) does not exist in {language}"))
    };
    let mut named = account.templates.iter().filter(|template| template.name == name);
    let template = named.find(|template| template.language == language).ok_or_else(missing)?;
    match template.status {
        TemplateStatus::Approved => Ok(template),
        TemplateStatus::Paused => Err(GraphError::new(400, 132_015, "Template is paused")
            .details("The template is paused due to low quality and cannot be sent.")),
        TemplateStatus::Disabled => Err(GraphError::new(400, 132_016, "Template is disabled")
            .details("The template was paused too many times due to low quality and is now permanently disabled.")),
        TemplateStatus::Pending
        | TemplateStatus::Rejected
        | TemplateStatus::InAppeal
        | TemplateStatus::LimitExceeded
        | TemplateStatus::PendingDeletion
        | TemplateStatus::Archived => Err(missing()),
    }
}

fn check_parameters(template: &Template, given: Option<usize>) -> Answer<()> {
    let Some(given) = given else { return Ok(()) };
    let is_body = |component: &&Value| {
        component.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("BODY"))
    };
    let text = template.components.iter().find(is_body).and_then(|body| body.get("text")).and_then(Value::as_str);
    let expected = text.map_or(0, |text| text.matches("{{").count());
    if given == expected {
        return Ok(());
    }
    Err(GraphError::new(400, 132_000, "Number of parameters does not match the expected number of params").details(
        format!(
            "body: number of localizable_params ({given}) does not match the expected number of params ({expected})"
        ),
    ))
}

/// Derived from who writes what to whom and when; a second one in the same instant is told apart by its place among them.
fn free_id(state: &mut State, at: Timestamp, phone: Id, to: Digits, content: &Content) -> Id {
    let what = match content {
        Content::Template { label, .. } => label,
        Content::FreeForm(kind) => kind,
    };
    let (phone, to, instant) = (phone.to_string(), to.to_string(), at.as_nanosecond().to_string());
    let mut nth = 0_u32;
    loop {
        let id = state.seed.id(&["message", &phone, &to, &instant, what, &nth.to_string()]);
        if state.world.messaging.take_id(at, id) {
            return id;
        }
        nth += 1;
    }
}

fn fate(state: &State, at: Timestamp, id: Id, course: Course) -> Fate {
    let (delivered_after, read_after) = match course {
        Course::Fails(after) => return Fate::Failed { at: later(at, after), error: SendError::Undeliverable },
        Course::Planned { delivered_after, read_after } => (delivered_after, read_after),
        Course::Usual => {
            let recipients = state.world.messaging.recipients;
            let mut draw = state.seed.draw(&["recipient", &id.to_string()]);
            let seconds = |seconds: u32| Some(SignedDuration::from_secs(seconds.into()));
            let delivered =
                if draw.chance(recipients.never_delivered) { None } else { seconds(recipients.delivered_after_s) };
            (delivered, if draw.chance(recipients.read) { seconds(recipients.read_after_s) } else { None })
        }
    };
    delivered_after.map_or(Fate::NeverDelivered, |after| {
        let delivered_at = later(at, after);
        Fate::Delivered { at: delivered_at, read_at: read_after.map(|after| later(delivered_at, after)) }
    })
}
