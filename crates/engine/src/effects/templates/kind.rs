//! What a template is made of, from the components that Meta shows (observations: `templates.components`,
//! `templates.buttons`, `templates.carousel`, `templates.parameters`).

use serde_json::Value;
use unmoor_graph_api::nodes::{Template, TemplateCategory};
use unmoor_migration::templates::{HeaderFormat, TemplateKind};

/// What `template` is made of, as far as a rule asks for it.
pub(super) fn of(template: &Template) -> TemplateKind {
    let mut parts = Parts::default();
    for component in &template.components {
        parts.component(component, Place::Template);
    }
    let mut kind = parts.kind;
    kind.one_time_code |= template.category == Some(TemplateCategory::Authentication);
    kind.named_parameters = template.parameter_format.as_deref().is_some_and(|format| is(format, "NAMED"));
    kind.library = template.library_template_name.clone().filter(|name| !name.is_empty());
    // The text of a one-time code is Meta's own, and a template of the library is created by its name: neither needs a sample.
    kind.samples_missing = parts.lacks_a_sample && !kind.one_time_code && kind.library.is_none();
    kind
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Template,
    Card,
}

#[derive(Default)]
struct Parts {
    kind: TemplateKind,
    lacks_a_sample: bool,
}

impl Parts {
    fn component(&mut self, component: &Value, place: Place) {
        let name = text(component, "type").unwrap_or_default();
        match name.to_ascii_uppercase().as_str() {
            "HEADER" => self.header(component, place),
            "BODY" => {
                self.parameters(component, "text");
                self.kind.one_time_code |= component.get("add_security_recommendation").is_some_and(Value::is_boolean);
            }
            "FOOTER" => self.kind.one_time_code |= component.get("code_expiration_minutes").is_some(),
            "BUTTONS" => list(component, "buttons").iter().for_each(|button| self.button(button)),
            "CAROUSEL" => {
                let cards = list(component, "cards");
                self.kind.cards = u32::try_from(cards.len()).unwrap_or(u32::MAX);
                let components = cards.iter().flat_map(|card| list(card, "components"));
                components.for_each(|component| self.component(component, Place::Card));
            }
            "LIMITED_TIME_OFFER" => self.kind.limited_time_offer = true,
            "CALL_PERMISSION_REQUEST" => {}
            _ => self.unknown(name),
        }
    }

    fn header(&mut self, component: &Value, place: Place) {
        // An old header of words may come without a format.
        let format = HeaderFormat::of(text(component, "format").unwrap_or("TEXT"));
        if format.is_media() {
            self.kind.media_samples = self.kind.media_samples.saturating_add(1);
            self.lacks_a_sample |= !has_sample(component);
        }
        self.kind.catalog |= format == HeaderFormat::Product;
        self.parameters(component, "text");
        if place == Place::Template {
            self.kind.header = Some(format);
        }
    }

    fn button(&mut self, button: &Value) {
        let name = text(button, "type").unwrap_or_default();
        match name.to_ascii_uppercase().as_str() {
            "FLOW" => {
                let flow = ["flow_id", "flow_name"].into_iter().find_map(|field| plain(button, field));
                let flow = flow.unwrap_or_else(|| "a Flow that is not shown".to_owned());
                if !self.kind.flows.contains(&flow) {
                    self.kind.flows.push(flow);
                }
            }
            "CATALOG" | "MPM" | "SPM" => self.kind.catalog = true,
            "OTP" => self.kind.one_time_code = true,
            "URL" => self.parameters(button, "url"),
            "QUICK_REPLY"
            | "PHONE_NUMBER"
            | "COPY_CODE"
            | "VOICE_CALL"
            | "ORDER_DETAILS"
            | "APP"
            | "REQUEST_CONTACT_INFO" => {}
            _ => self.unknown(name),
        }
    }

    fn parameters(&mut self, part: &Value, field: &str) {
        let has_parameters = text(part, field).is_some_and(|words| words.contains("{{"));
        self.lacks_a_sample |= has_parameters && !has_sample(part);
    }

    fn unknown(&mut self, name: &str) {
        let name = if name.is_empty() { "a part without a type" } else { name };
        if !self.kind.unknown.iter().any(|known| known == name) {
            self.kind.unknown.push(name.to_owned());
        }
    }
}

/// `example` holds a sample in some form: pages show a list of lists, a list, a text, an object of them.
fn has_sample(part: &Value) -> bool {
    fn holds(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::Bool(_) | Value::Number(_) => true,
            Value::String(text) => !text.is_empty(),
            Value::Array(values) => values.iter().any(holds),
            Value::Object(values) => values.values().any(holds),
        }
    }
    part.get("example").is_some_and(holds)
}

fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

/// An id may come as text or as a number.
fn plain(value: &Value, field: &str) -> Option<String> {
    match value.get(field)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;
    use unmoor_graph_api::TemplateId;

    use super::*;

    fn template(components: Value) -> Template {
        Template {
            id: TemplateId::parse("610000000000001").unwrap(),
            name: Some("spring_offer".to_owned()),
            language: Some("en_US".to_owned()),
            status: None,
            category: Some(TemplateCategory::Marketing),
            previous_category: None,
            correct_category: None,
            sub_category: None,
            quality_score: None,
            rejected_reason: None,
            parameter_format: Some("POSITIONAL".to_owned()),
            message_send_ttl_seconds: None,
            cta_url_link_tracking_opted_out: None,
            library_template_name: None,
            components: serde_json::from_value(components).unwrap(),
        }
    }

    fn kind(components: Value) -> TemplateKind {
        of(&template(components))
    }

    #[test]
    fn words_with_samples_ask_for_nothing() {
        let plain = kind(json!([
            { "type": "BODY", "text": "Hello {{1}}.", "example": { "body_text": [["Mira"]] } },
            { "type": "FOOTER", "text": "Acorn Bakery" },
            { "type": "BUTTONS", "buttons": [
                { "type": "QUICK_REPLY", "text": "Stop" },
                { "type": "URL", "text": "See", "url": "https://acorn.example/{{1}}", "example": ["spring"] },
                { "type": "PHONE_NUMBER", "text": "Call", "phone_number": "15550051310" },
                { "type": "VOICE_CALL", "text": "Call" }
            ] }
        ]));
        assert!(plain.is_plain(), "{plain:?}");
    }

    #[test]
    fn each_part_that_a_rule_asks_for_is_seen() {
        let kind = kind(json!([
            { "type": "header", "format": "image", "example": { "header_handle": ["https://files.example/1"] } },
            { "type": "BODY", "text": "Hello." },
            { "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "text": "Now", "has_expiration": true } },
            { "type": "BUTTONS", "buttons": [
                { "type": "FLOW", "text": "Book", "flow_id": 620000000000001_u64 },
                { "type": "FLOW", "text": "Book", "flow_id": "620000000000001" },
                { "type": "FLOW", "text": "Ask", "flow_name": "questions" },
                { "type": "CATALOG", "text": "Look" },
                { "type": "HOLOGRAM", "text": "Look" }
            ] }
        ]));
        let expected = TemplateKind {
            header: Some(HeaderFormat::Image),
            media_samples: 1,
            flows: vec!["620000000000001".to_owned(), "questions".to_owned()],
            catalog: true,
            limited_time_offer: true,
            unknown: vec!["HOLOGRAM".to_owned()],
            ..TemplateKind::default()
        };
        assert_eq!(kind, expected);
    }

    #[test]
    fn a_carousel_needs_a_file_for_each_card() {
        let card = json!({ "components": [
            { "type": "HEADER", "format": "VIDEO", "example": { "header_handle": ["https://files.example/1"] } },
            { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://acorn.example/a" }] }
        ] });
        let kind = kind(json!([{ "type": "BODY", "text": "New." }, { "type": "CAROUSEL", "cards": [card, card] }]));
        assert_eq!((kind.cards, kind.media_samples, kind.header), (2, 2, None));
        let products = json!({ "components": [{ "type": "HEADER", "format": "PRODUCT" }] });
        assert!(self::kind(json!([{ "type": "CAROUSEL", "cards": [products] }])).catalog);
    }

    #[test]
    fn a_parameter_without_a_sample_has_to_be_asked_for() {
        let without = json!([{ "type": "BODY", "text": "Hello {{1}}." }]);
        assert!(kind(without.clone()).samples_missing);
        assert!(kind(json!([{ "type": "HEADER", "format": "DOCUMENT" }])).samples_missing);
        let empty = json!([{ "type": "BODY", "text": "Hello {{1}}.", "example": { "body_text": [[]] } }]);
        assert!(kind(empty).samples_missing);
        let button = json!([{ "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://a.example/{{1}}" }] }]);
        assert!(kind(button).samples_missing);

        let of_library = Template { library_template_name: Some("delivery_1".to_owned()), ..template(without.clone()) };
        let of_library = of(&of_library);
        assert_eq!((of_library.samples_missing, of_library.library.as_deref()), (false, Some("delivery_1")));
        let code = of(&Template { category: Some(TemplateCategory::Authentication), ..template(without) });
        assert_eq!((code.samples_missing, code.one_time_code), (false, true));
    }

    #[test]
    fn one_time_codes_and_named_parameters_are_told() {
        for parts in [
            json!([{ "type": "BODY", "text": "Your code.", "add_security_recommendation": true }]),
            json!([{ "type": "FOOTER", "text": "Soon over.", "code_expiration_minutes": 5 }]),
            json!([{ "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE" }] }]),
        ] {
            assert!(kind(parts.clone()).one_time_code, "{parts}");
        }
        let named = Template { parameter_format: Some("NAMED".to_owned()), ..template(json!([])) };
        assert!(of(&named).named_parameters);
    }
}
