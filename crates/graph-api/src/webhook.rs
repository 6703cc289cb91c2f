//! What Meta tells by webhooks: the check of a signature, and the payload as values (`observations: webhooks.envelope`).
//!
//! ```text
//!   X-Hub-Signature-256 + raw body ──► verify_signature
//!   raw body ──► Payload::parse ──► changes: statuses of messages, templates, numbers, the account, …
//! ```
//!
//! Reading is tolerant: members that are not known are passed over, words that are not known are kept as they came, a field
//! that is not known is an [`Update::Other`], and a member of the wrong kind counts as absent. Of messages nothing is kept but
//! ids, instants, statuses and prices: no text, no name, no customer's number.

mod account;
mod messages;
mod numbers;
mod payload;
mod signature;
mod templates;
mod tolerant;
mod written;

pub use account::{AccountEvent, AccountReview, AccountUpdate};
pub use messages::{InboundMessage, MessageUpdates, Pricing, StatusUpdate, StatusWord, UnreadableStatus};
pub use numbers::{NumberName, NumberQuality, Security, SecurityEvent};
pub use payload::{Change, Payload, PayloadError, Update};
pub use signature::{SIGNATURE_HEADER, SignatureError, verify_signature};
pub use templates::{
    TemplateCategoryUpdate, TemplateEvent, TemplateQualityUpdate, TemplateStatusUpdate, UpdatedTemplate,
};

#[cfg(test)]
#[path = "webhook/tests.rs"]
mod tests;
