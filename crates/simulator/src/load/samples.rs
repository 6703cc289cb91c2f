//! Templates such as real businesses have: every kind of header, buttons, a carousel, one-time codes, named parameters. All of
//! them could be created by a call as they are.

use serde_json::{Value, json};

use crate::world::{Category, ParameterFormat, SubCategory};

/// What the templates of one name have in common.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) category: Category,
    /// The components.
    pub(super) content: fn() -> Vec<Value>,
}

impl Sample {
    const fn new(name: &'static str, category: Category, content: fn() -> Vec<Value>) -> Self {
        Self { name, category, content }
    }

    /// Named if its content has named examples.
    pub(super) fn parameter_format(components: &[Value]) -> ParameterFormat {
        let is_named = |component: &Value| component.pointer("/example/body_text_named_params").is_some();
        if components.iter().any(is_named) { ParameterFormat::Named } else { ParameterFormat::Positional }
    }

    pub(super) fn sub_category(&self) -> Option<SubCategory> {
        (self.name == "order_shipped").then_some(SubCategory::OrderStatus)
    }

    /// Codes that come late are of no use.
    pub(super) fn message_send_ttl_seconds(&self) -> Option<i32> {
        (self.category == Category::Authentication).then_some(300)
    }
}

/// `round` tells repetitions of one sample apart: the same text twice would be refused.
pub(super) fn content(sample: &Sample, round: usize) -> Vec<Value> {
    let mut components = (sample.content)();
    if round > 0
        && let Some(text) = components
            .iter_mut()
            .find_map(|component| if component["type"] == "BODY" { component.get_mut("text") } else { None })
        && let Some(words) = text.as_str()
    {
        *text = format!("{words} This is number {}.", round + 1).into();
    }
    components
}

/// Lets the Flow buttons of components name a Flow.
pub(super) fn link_flow(components: &[Value], flow: &str) -> Vec<Value> {
    let mut linked = components.to_vec();
    let buttons = linked.iter_mut().filter_map(|component| component.get_mut("buttons")?.as_array_mut()).flatten();
    for id in buttons.filter_map(|button| button.get_mut("flow_id")) {
        *id = flow.into();
    }
    linked
}

const UTILITY: Category = Category::Utility;
const MARKETING: Category = Category::Marketing;
const AUTHENTICATION: Category = Category::Authentication;

/// The sample whose button names a Flow of its WABA.
pub(super) const WITH_FLOW: &str = "visit_booking";

/// In the order in which they are given out.
pub(super) const SAMPLES: &[Sample] = &[
    Sample::new("order_confirmation", UTILITY, || {
        vec![
            file("DOCUMENT"),
            body(
                "Thank you, {{1}}, for your order. Its number is {{2}}, and the receipt is above.",
                &["Mira", "A-1007"],
            ),
        ]
    }),
    Sample::new("order_shipped", UTILITY, || {
        vec![
            header("Order {{1}}", "A-1007"),
            body("Your order {{1}} has left our house and is on its way to you.", &["A-1007"]),
            footer("This message was sent automatically."),
            buttons(&[
                json!({ "type": "URL", "text": "Follow it", "url": "https://shop.example/orders/{{1}}", "example": ["https://shop.example/orders/A-1007"] }),
                json!({ "type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550102030" }),
            ]),
        ]
    }),
    Sample::new("order_delayed", UTILITY, || {
        vec![named_body(
            "Your order {{order_number}} comes later than we said, on {{delivery_date}} in the afternoon.",
            &[("order_number", "A-1007"), ("delivery_date", "4 May")],
        )]
    }),
    Sample::new("delivery_today", UTILITY, || {
        vec![
            json!({ "type": "HEADER", "format": "LOCATION" }),
            body("We deliver your order {{1}} today, to the place above.", &["A-1007"]),
            buttons(&[reply("Fine"), reply("Not today")]),
        ]
    }),
    Sample::new("appointment_reminder", UTILITY, || {
        vec![
            body("We expect you on {{1}} at {{2}} and look forward to your visit.", &["Monday", "10:30"]),
            buttons(&[reply("I will come"), reply("Another day")]),
        ]
    }),
    Sample::new("appointment_moved", UTILITY, || {
        vec![body("Your appointment has been moved and is now on {{1}} at {{2}} as you wished.", &["Friday", "09:00"])]
    }),
    Sample::new("invoice_ready", UTILITY, || {
        vec![file("DOCUMENT"), body("Your invoice {{1}} is ready, please find it above.", &["2027-044"])]
    }),
    Sample::new("payment_received", UTILITY, || {
        vec![named_body("We have received your payment of {{amount}} with thanks.", &[("amount", "84.20")])]
    }),
    Sample::new("payment_reminder", UTILITY, || {
        vec![body("Invoice {{1}} is due on {{2}}, please do not forget about it.", &["2027-044", "1 June"])]
    }),
    Sample::new("return_received", UTILITY, || {
        vec![body("What you sent back for order {{1}} has arrived here safely.", &["A-1007"])]
    }),
    Sample::new("feedback_request", UTILITY, || {
        vec![
            body("How was your visit on {{1}} with us?", &["Monday"]),
            buttons(&[
                reply("Good"),
                reply("Not so good"),
                json!({ "type": "URL", "text": "Tell us more", "url": "https://shop.example/feedback" }),
            ]),
        ]
    }),
    Sample::new("ticket_answered", UTILITY, || {
        vec![body("There is an answer to your request {{1}} in your account.", &["778"])]
    }),
    Sample::new("opening_hours", MARKETING, || {
        vec![file("IMAGE"), body("We have new opening hours from {{1}} on, see above.", &["1 May"])]
    }),
    Sample::new("spring_offer", MARKETING, || {
        vec![
            file("IMAGE"),
            body("Spring is here: take {{1}} off everything until {{2}} with this code.", &["20%", "1 May"]),
            footer("Tap below to get no more of this."),
            buttons(&[
                reply("Stop promotions"),
                json!({ "type": "COPY_CODE", "example": "SPRING20" }),
                json!({ "type": "URL", "text": "Shop now", "url": "https://shop.example/spring" }),
            ]),
        ]
    }),
    Sample::new("summer_offer", MARKETING, || {
        vec![
            body("Summer sale in all our houses, look what we have.", &[]),
            json!({ "type": "CAROUSEL", "cards": [card("Chairs"), card("Tables"), card("Lamps")] }),
        ]
    }),
    Sample::new("winter_offer", MARKETING, || {
        vec![
            file("VIDEO"),
            json!({ "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "text": "Expiring offer!", "has_expiration": true } }),
            body("Warm things at {{1}} off, for a few days only.", &["15%"]),
            buttons(&[
                json!({ "type": "COPY_CODE", "example": "WARM15" }),
                json!({ "type": "URL", "text": "Shop now", "url": "https://shop.example/winter?code={{1}}", "example": ["https://shop.example/winter?code=WARM15"] }),
            ]),
        ]
    }),
    Sample::new("back_in_stock", MARKETING, || {
        vec![
            header("Good news", ""),
            body("What you looked for is back: {{1}} is on our shelves again.", &["the blue lamp"]),
            buttons(&[json!({ "type": "CATALOG", "text": "View catalog" })]),
        ]
    }),
    Sample::new("birthday_greeting", MARKETING, || {
        vec![named_body("Happy birthday, {{first_name}}, from all of us!", &[("first_name", "Mira")])]
    }),
    Sample::new("login_code", AUTHENTICATION, || {
        vec![
            json!({ "type": "BODY", "add_security_recommendation": true }),
            json!({ "type": "FOOTER", "code_expiration_minutes": 10 }),
            buttons(&[json!({ "type": "OTP", "otp_type": "COPY_CODE", "text": "Copy Code" })]),
        ]
    }),
    Sample::new("signup_code", AUTHENTICATION, || {
        vec![
            json!({ "type": "BODY", "add_security_recommendation": false }),
            buttons(&[json!({
                "type": "OTP", "otp_type": "ONE_TAP", "text": "Copy Code", "autofill_text": "Autofill",
                "supported_apps": [{ "package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7" }],
            })]),
        ]
    }),
    Sample::new(WITH_FLOW, UTILITY, || {
        vec![
            body("Choose a day for your visit, it takes a minute only.", &[]),
            buttons(&[json!({
                "type": "FLOW", "text": "Choose a day", "flow_id": "", "flow_action": "navigate", "navigate_screen": "DAY",
            })]),
        ]
    }),
    Sample::new("abandoned_cart", MARKETING, || {
        vec![
            header("Forget something, {{1}}?", "Mira"),
            body("You left some items in your cart. With code {{1}} they cost a little less.", &["10OFF"]),
            buttons(&[json!({ "type": "MPM", "text": "View items" })]),
        ]
    }),
    Sample::new("call_back", UTILITY, || {
        vec![
            body("You asked us to call you back about {{1}} this week.", &["your request"]),
            json!({ "type": "CALL_PERMISSION_REQUEST" }),
        ]
    }),
];

fn body(text: &str, examples: &[&str]) -> Value {
    if examples.is_empty() {
        return json!({ "type": "BODY", "text": text });
    }
    json!({ "type": "BODY", "text": text, "example": { "body_text": [examples] } })
}

fn named_body(text: &str, examples: &[(&str, &str)]) -> Value {
    let examples: Vec<Value> =
        examples.iter().map(|(name, example)| json!({ "param_name": name, "example": example })).collect();
    json!({ "type": "BODY", "text": text, "example": { "body_text_named_params": examples } })
}

fn header(text: &str, example: &str) -> Value {
    if example.is_empty() {
        return json!({ "type": "HEADER", "format": "TEXT", "text": text });
    }
    json!({ "type": "HEADER", "format": "TEXT", "text": text, "example": { "header_text": [example] } })
}

/// A header with a file that nobody uploaded: a small invented one is served for it.
fn file(format: &str) -> Value {
    let handle = format!("4::sample:{}", format.to_lowercase());
    json!({ "type": "HEADER", "format": format, "example": { "header_handle": [handle] } })
}

fn footer(text: &str) -> Value {
    json!({ "type": "FOOTER", "text": text })
}

fn buttons(buttons: &[Value]) -> Value {
    json!({ "type": "BUTTONS", "buttons": buttons })
}

fn reply(text: &str) -> Value {
    json!({ "type": "QUICK_REPLY", "text": text })
}

fn card(what: &str) -> Value {
    json!({ "components": [
        file("IMAGE"),
        body(&format!("{what} for the garden and the house."), &[]),
        buttons(&[
            reply("Send me more"),
            json!({ "type": "URL", "text": "Look", "url": format!("https://shop.example/{}", what.to_lowercase()) }),
        ]),
    ] })
}
