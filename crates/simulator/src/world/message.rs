//! A message of a business to one of its customers: what it is, how it ends.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Category, Charge, Pricing};
use crate::{ids::Id, phone::Digits};

/// A message that a business sent. It belongs to the number **and** to the WABA that sent it, wherever the number goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its id; [`wamid`] writes it as the API does.
    pub id: Id,
    /// Its place among all messages that were sent, from 1.
    pub place: u64,
    /// The WABA that sent it.
    pub waba: Id,
    /// The phone number id it was sent through.
    pub phone: Id,
    /// The number it was sent from.
    pub number: Digits,
    /// The number it was sent to.
    pub to: Digits,
    /// What was sent.
    pub content: Content,
    /// What it costs if it is delivered, settled when it was sent.
    pub pricing: Pricing,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How it will end. Known from the start, and told to nobody before its time.
    pub fate: Fate,
    /// How far it has come.
    pub status: MessageStatus,
    /// Who pays for it how much, once it is delivered and costs something.
    pub charge: Option<Charge>,
    /// `biz_opaque_callback_data` of the request, given back with each status.
    pub callback_data: Option<String>,
    /// Sent by the steady traffic of a scenario, which the ledger leaves out.
    pub is_traffic: bool,
}

/// What a message holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A template.
    Template {
        /// Its id in the WABA that sent it.
        id: Id,
        /// `name/language`.
        label: String,
        /// Its category when it was sent.
        category: Category,
    },
    /// Anything else, by the word that the API has for it: `text`, `image`, …
    FreeForm(String),
}

/// How a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It reaches the customer's device.
    Delivered {
        /// When.
        at: Timestamp,
        /// When the customer reads it; never if absent.
        read_at: Option<Timestamp>,
    },
    /// It fails.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        error: SendError,
    },
    /// Nothing more is ever heard of it.
    NeverDelivered,
}

/// Why a message fails that was accepted first, as `errors` of its status tells (observations: webhooks.statuses).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendError {
    /// 131026: the customer cannot be reached.
    Undeliverable,
    /// 131042: the WABA has no payment method (guide 3.3).
    Payment,
    /// 131047: no template, and the customer has not written for 24 hours.
    Reengagement,
}

/// How far a message has come (observations: webhooks.statuses).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum MessageStatus {
    Sent,
    Delivered,
    Read,
    Failed,
}

impl MessageStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

/// The id of a message as the API writes it. Like Meta's it holds, in Base64, the number at the other end and a hexadecimal
/// id; nobody should read it so.
pub fn wamid(id: Id, other_end: Digits, is_from_customer: bool) -> String {
    let number = other_end.to_string();
    let length = u8::try_from(number.len()).unwrap_or(u8::MAX);
    let (kind, width): (u8, u8) = if is_from_customer { (0x12, 20) } else { (0x11, 18) };
    let mut bytes = vec![0x1c, 0x18, length];
    bytes.extend(number.bytes());
    bytes.extend([0x15, 0x02, 0x00, kind, 0x18, width]);
    bytes.extend(format!("{:0width$X}", id.as_u64(), width = usize::from(width)).bytes());
    bytes.push(0);
    format!("wamid.{}", BASE64_STANDARD.encode(bytes))
}

impl Message {
    /// Its id as the API writes it.
    pub fn wamid(&self) -> String {
        wamid(self.id, self.to, false)
    }

    /// The instant at which it was delivered, once it was.
    pub fn delivered_at(&self) -> Option<Timestamp> {
        match (self.status, self.fate) {
            (MessageStatus::Delivered | MessageStatus::Read, Fate::Delivered { at, .. }) => Some(at),
            _ => None,
        }
    }

    /// When it takes its next step; never again if absent.
    pub(crate) fn next_step_at(&self) -> Option<Timestamp> {
        match (self.status, self.fate) {
            (MessageStatus::Sent, Fate::Delivered { at, .. } | Fate::Failed { at, .. }) => Some(at),
            (MessageStatus::Delivered, Fate::Delivered { read_at, .. }) => read_at,
            (MessageStatus::Sent, Fate::NeverDelivered)
            | (MessageStatus::Delivered, Fate::Failed { .. } | Fate::NeverDelivered)
            | (MessageStatus::Read | MessageStatus::Failed, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_id_looks_like_metas() {
        let to = Digits::read("16505551234").unwrap();
        let outbound = wamid("102290129340398".parse().unwrap(), to, false);
        assert!(outbound.starts_with("wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI"), "{outbound}");
        let inbound = wamid("102290129340398".parse().unwrap(), to, true);
        assert!(inbound.starts_with("wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQ"), "{inbound}");
    }
}
