//! Field `messages`: statuses of what a business sent, what customers wrote, trouble with a number
//! (observations: webhooks.statuses, webhooks.inbound).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    calling_codes::CountryCode,
    ids::Id,
    knobs::Presence,
    phone::Digits,
    state::State,
    world::{Conversation, Fate, Message, MessageStatus, Pricing, PricingType, SendError, wamid},
};

/// Where the error codes are explained.
const HREF: &str = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";

/// A number as its webhooks name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    /// The number.
    pub(crate) number: Digits,
    /// Its id under the WABA whose subscribers hear of it.
    pub(crate) phone: Id,
}

/// A message that a customer wrote.
#[derive(Clone, Debug)]
pub(crate) struct Inbound {
    pub(crate) id: Id,
    pub(crate) from: Digits,
    pub(crate) at: Timestamp,
    pub(crate) text: String,
    /// It came through an advertisement that opens a chat.
    pub(crate) is_free_entry: bool,
}

/// A customer, as `contacts` name it.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    customer: Digits,
    /// The id that the customer has for one business alone.
    user_id: Option<String>,
}

impl Contact {
    /// A customer of the business that owns `waba`.
    pub(crate) fn of(state: &State, waba: Id, customer: Digits) -> Self {
        let owner = state.world.wabas.get(&waba).map(|waba| waba.owner);
        let user_id = match state.knobs.contact_user_id {
            Presence::Absent => None,
            Presence::Present => owner.map(|owner| {
                let id = state.seed.id(&["user of a business", &owner.to_string(), &customer.to_string()]);
                format!("{}.{id}", CountryCode::of(customer))
            }),
        };
        Self { customer, user_id }
    }

    fn show(&self) -> Value {
        let Self { customer, user_id } = self;
        let mut contact =
            json!({ "profile": { "name": format!("Customer {customer}") }, "wa_id": customer.to_string() });
        if let (Some(user_id), Some(members)) = (user_id, contact.as_object_mut()) {
            members.insert("user_id".to_owned(), user_id.as_str().into());
        }
        json!([contact])
    }
}

fn value(sender: Sender, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut value = Map::new();
    value.insert("messaging_product".to_owned(), "whatsapp".into());
    let metadata = json!({ "display_phone_number": sender.number.to_string(), "phone_number_id": sender.phone });
    value.insert("metadata".to_owned(), metadata);
    value.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Value::Object(value)
}

/// How far a message has come. `pricing` is there with `sent` and with `delivered`, and then not with `read`; who got it is named
/// beside it, if it is to be.
pub(crate) fn status(
    sender: Sender,
    message: &Message,
    at: Timestamp,
    conversation: &Conversation,
    recipient: Option<&Contact>,
) -> Value {
    let mut status = Map::new();
    let mut add = |name: &str, value: Value| {
        status.insert(name.to_owned(), value);
    };
    add("id", message.wamid().into());
    add("status", message.status.as_str().into());
    add("timestamp", at.as_second().to_string().into());
    add("recipient_id", message.to.to_string().into());
    if let Some(data) = &message.callback_data {
        add("biz_opaque_callback_data", data.as_str().into());
    }
    match message.status {
        MessageStatus::Sent | MessageStatus::Delivered => {
            if message.pricing.kind == PricingType::FreeEntryPoint {
                add("conversation", free_entry(message, conversation));
            }
            add("pricing", pricing(message.pricing));
        }
        MessageStatus::Failed => {
            if let Fate::Failed { error, .. } = message.fate {
                add("errors", json!([error_of(error)]));
            }
        }
        MessageStatus::Read => {}
    }
    let contacts = recipient.map(|recipient| ("contacts", recipient.show()));
    value(sender, contacts.into_iter().chain([("statuses", json!([status]))]))
}

fn pricing(pricing: Pricing) -> Value {
    json!({
        "billable": pricing.kind == PricingType::Regular,
        "pricing_model": "PMP",
        "type": pricing.kind.as_str(),
        "category": pricing.category.as_str(),
    })
}

/// Since v24 only messages inside a free entry point window name a conversation: one per window, with its end in `sent` alone.
fn free_entry(message: &Message, conversation: &Conversation) -> Value {
    let until = conversation.free_entry_until.unwrap_or(message.sent_at);
    let mut shown = Map::new();
    let id =
        format!("{:016x}{:016x}", message.number.as_u64() ^ message.to.as_u64().rotate_left(32), until.as_second());
    shown.insert("id".to_owned(), id.into());
    if message.status == MessageStatus::Sent {
        shown.insert("expiration_timestamp".to_owned(), until.as_second().to_string().into());
    }
    shown.insert("origin".to_owned(), json!({ "type": "referral_conversion" }));
    Value::Object(shown)
}

/// A message from a customer.
pub(crate) fn inbound(sender: Sender, message: &Inbound, from: &Contact) -> Value {
    let mut shown = Map::new();
    if message.is_free_entry {
        let referral = json!({
            "source_url": "https://shop.example/offer",
            "source_type": "ad",
            "source_id": "120200000000000001",
            "headline": "Chat with us",
        });
        shown.insert("referral".to_owned(), referral);
    }
    shown.insert("from".to_owned(), message.from.to_string().into());
    shown.insert("id".to_owned(), wamid(message.id, message.from, true).into());
    shown.insert("timestamp".to_owned(), message.at.as_second().to_string().into());
    shown.insert("text".to_owned(), json!({ "body": message.text }));
    shown.insert("type".to_owned(), "text".into());
    value(sender, [("contacts", from.show()), ("messages", json!([shown]))])
}

/// Trouble that is no single message's: too many messages in a second.
pub(crate) fn throughput_reached(sender: Sender) -> Value {
    let details = "Message failed to send because there were too many messages sent from this phone number in a short period of time";
    value(sender, [("errors", json!([error(130_429, "Rate limit hit", details)]))])
}

fn error_of(why: SendError) -> Value {
    match why {
        SendError::Undeliverable => error(131_026, "Message undeliverable", "Message Undeliverable."),
        SendError::Payment => {
            error(131_042, "Business eligibility payment issue", "There was an error related to the payment method.")
        }
        SendError::Reengagement => error(
            131_047,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
        ),
    }
}

fn error(code: i64, title: &str, details: &str) -> Value {
    json!({ "code": code, "title": title, "message": title, "error_data": { "details": details }, "href": HREF })
}
