//! Words for things that are drawn: invented companies, and templates such as real ones have.

pub(super) const FIRST: &[&str] = &[
    "Amber", "Brindle", "Copper", "Dapple", "Ember", "Fennel", "Gossamer", "Hazel", "Indigo", "Juniper", "Kestrel",
    "Lantern", "Marigold", "Nutmeg", "Opal", "Pebble", "Quince", "Russet", "Saffron", "Thistle", "Umber", "Velvet",
    "Willow", "Yarrow", "Zephyr",
];

pub(super) const SECOND: &[&str] = &[
    "Anchor", "Badger", "Candle", "Drum", "Fable", "Garden", "Harbour", "Island", "Kettle", "Ladder", "Meadow",
    "Needle", "Orchard", "Parasol", "Quarry", "River", "Saddle", "Tower", "Umbrella", "Wagon",
];

pub(super) const TRADE: &[&str] = &[
    "Bakery",
    "Bicycles",
    "Books",
    "Carpets",
    "Clinic",
    "Couriers",
    "Dentistry",
    "Events",
    "Florists",
    "Gardens",
    "Interiors",
    "Laundry",
    "Lettings",
    "Music",
    "Opticians",
    "Outfitters",
    "Pharmacy",
    "Physio",
    "Repairs",
    "Roasters",
    "Stationery",
    "Tours",
    "Toys",
    "Travel",
    "Veterinary",
];

/// Name, category and body of templates.
pub(super) const TEMPLATES: &[(&str, Kind, &str)] = &[
    ("order_confirmation", Kind::Utility, "Thank you, {{1}}. We have your order {{2}}."),
    ("order_shipped", Kind::Utility, "Your order {{1}} has left our house."),
    ("order_delayed", Kind::Utility, "Your order {{1}} comes later than we said, on {{2}}."),
    ("delivery_today", Kind::Utility, "We deliver your order {{1}} today."),
    ("appointment_reminder", Kind::Utility, "We expect you on {{1}} at {{2}}."),
    ("appointment_moved", Kind::Utility, "Your appointment is now on {{1}} at {{2}}."),
    ("invoice_ready", Kind::Utility, "Your invoice {{1}} is ready."),
    ("payment_received", Kind::Utility, "We have received your payment of {{1}}."),
    ("payment_reminder", Kind::Utility, "Invoice {{1}} is due on {{2}}."),
    ("return_received", Kind::Utility, "What you sent back for order {{1}} has arrived."),
    ("feedback_request", Kind::Utility, "How was your visit on {{1}}?"),
    ("ticket_answered", Kind::Utility, "There is an answer to your request {{1}}."),
    ("opening_hours", Kind::Marketing, "New opening hours from {{1}} on."),
    ("spring_offer", Kind::Marketing, "Spring is here: {{1}} off until {{2}}."),
    ("summer_offer", Kind::Marketing, "Summer sale until {{1}}."),
    ("winter_offer", Kind::Marketing, "Warm things at {{1}} off."),
    ("back_in_stock", Kind::Marketing, "{{1}} is back."),
    ("birthday_greeting", Kind::Marketing, "Happy birthday, {{1}}!"),
    ("login_code", Kind::Authentication, "{{1}} is your verification code."),
    ("signup_code", Kind::Authentication, "{{1}} is your code to sign up."),
];

/// What a template is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Utility,
    Marketing,
    Authentication,
}
