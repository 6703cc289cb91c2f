//! Meta's own words for its menus and buttons, and its addresses, as the guide gives them (guide 1.3 to 1.7, 3.4 to 3.6).
//! Translations set them in by name, so that no translator can change one.

use super::line::Span;

/// Every word of Meta's, by the name of its variable.
pub(super) const MENUS: [(&str, Span); 15] = [
    ("whatsapp-manager", Span::Menu("WhatsApp Manager")),
    ("manager-address", Span::Address("https://business.facebook.com/latest/whatsapp_manager/")),
    ("account-tools", Span::Menu("Account tools")),
    ("phone-numbers", Span::Menu("Phone numbers")),
    ("overview", Span::Menu("Overview")),
    ("two-step-verification", Span::Menu("Two-step verification")),
    ("turn-off", Span::Menu("Turn off two-step verification")),
    ("business-suite", Span::Menu("Meta Business Suite")),
    ("business-settings", Span::Menu("Business settings")),
    ("settings-address", Span::Address("https://business.facebook.com/settings/")),
    ("requests", Span::Menu("Requests")),
    ("received", Span::Menu("Received")),
    ("review", Span::Menu("Review")),
    ("payment-method", Span::Term("payment method")),
    ("display-name", Span::Term("display name")),
];

/// Who sends Meta's own mail about the request (guide 3.6).
pub(super) const SENDER: &str = "notification@facebookmail.com";
