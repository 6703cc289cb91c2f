//! The calls, and what the answer of each has to be made of.

use arbitrary::Unstructured;
use secrecy::ExposeSecret;
use serde_json::Value;
use unmoor_graph_api::calls::*;
use unmoor_graph_api::nodes::{BusinessProfile, PhoneNumber, Waba};
use unmoor_graph_api::phone::E164;
use unmoor_graph_api::*;

use super::answers::{Ending, list, one};
use super::{bodies, count};

/// Makes the call that the bytes choose.
pub fn make(input: &mut Unstructured<'_>) -> Ending {
    match count(input, 16) {
        0 => one(input, "set_intent", &tag(), |body, id| is_id(&body["id"], id.as_str())),
        1 => one(input, "read_intent", &read_intent(), is_intent),
        2 => one(input, "fetch_business_token", &fetch(), |body, token| {
            as_text(&body["access_token"]).as_deref() == Some(token.secret().expose_secret())
        }),
        3 => one(input, "subscribe", &subscribe(None), |body, ()| is_success(body)),
        4 => {
            let callback = CallbackOverride::new("https://hooks.example.com/", bodies::VERIFY_TOKEN).unwrap();
            one(input, "subscribe", &subscribe(Some(callback)), |body, ()| is_success(body) || body["data"].is_array())
        }
        5 => one(
            input,
            "read_subscriptions",
            &ListSubscribedApps { token: business(), waba_id: waba() },
            |body, apps| body["data"].as_array().is_some_and(|data| data.len() == apps.len()),
        ),
        6 => list(input, "list_numbers", &list_numbers()),
        7 => one(input, "move_number", &move_number(), |body, id| is_id(&body["id"], id.as_str())),
        8 => one(input, "register_number", &register(), |body, ()| is_success(body)),
        9 => one(input, "read_number", &read_number(), |body, number| is_id(&body["id"], number.id.as_str())),
        10 => one(input, "read_waba", &read_waba(), |body, waba| is_id(&body["id"], waba.id.as_str())),
        11 => list(input, "list_templates", &ListMessageTemplates::new(business(), waba())),
        12 => {
            one(input, "debug_token", &debug_token(), |body, facts| is_truth(&body["data"]["is_valid"], facts.is_valid))
        }
        13 => list(input, "list_client_wabas", &ListClientWabas::new(system(), portfolio())),
        14 => {
            let call = ReadBusinessProfile { token: business(), phone_number_id: number() };
            one(input, "read_business_profile", &call, |body, profile| {
                body["data"].as_array().is_some_and(|data| !data.is_empty() || *profile == BusinessProfile::default())
            })
        }
        15 => {
            let fields = Fields::of(&["calling", "storage_configuration"]);
            let call = ReadNumberSettings { token: business(), phone_number_id: number(), fields };
            one(input, "read_number_settings", &call, |body, settings| {
                settings.storage.is_some() != body["storage_configuration"].is_null()
                    && settings.calling.is_some() != body["calling"].is_null()
            })
        }
        _ => match count(input, 2) {
            0 => one(input, "me", &ReadMe { token: business() }, |body, _| body.is_object()),
            1 => list(input, "list_flows", &list_flows()),
            _ => one(input, "read_pricing_analytics", &pricing_analytics(), |body, points| are_points(body, points)),
        },
    }
}

fn business() -> BusinessToken {
    BusinessToken::new(bodies::BUSINESS_TOKEN).unwrap()
}

fn system() -> SystemToken {
    SystemToken::new(bodies::SYSTEM_TOKEN).unwrap()
}

fn waba() -> WabaId {
    WabaId::parse("320000000000001").unwrap()
}

fn portfolio() -> PortfolioId {
    PortfolioId::parse("220000000000001").unwrap()
}

fn number() -> PhoneNumberId {
    PhoneNumberId::parse("520000000000001").unwrap()
}

fn tag() -> SetSolutionMigrationIntent {
    let app_id = AppId::parse("100000000000501").unwrap();
    SetSolutionMigrationIntent { token: business(), source_waba_id: waba(), app_id }
}

fn read_intent() -> ReadMigrationIntent {
    ReadMigrationIntent::new(system(), MigrationIntentId::parse("400000000000001").unwrap())
}

fn fetch() -> FetchBusinessToken {
    FetchBusinessToken::new(system(), AppSecret::new(bodies::APP_SECRET).unwrap(), portfolio())
}

fn subscribe(callback_override: Option<CallbackOverride>) -> SubscribeApp {
    SubscribeApp { token: business(), waba_id: waba(), callback_override }
}

pub fn list_numbers() -> ListPhoneNumbers {
    ListPhoneNumbers::new(business(), waba(), Fields::of(PhoneNumber::FIELDS))
}

fn move_number() -> MigratePhoneNumber {
    MigratePhoneNumber {
        token: business(),
        destination_waba_id: waba(),
        number: E164::parse("+16315550142").unwrap(),
        display_phone_number: "+1 631-555-0142".to_owned(),
        verified_name: "Invented Harbour Bakery".to_owned(),
    }
}

fn register() -> RegisterPhoneNumber {
    RegisterPhoneNumber { token: business(), phone_number_id: number(), pin: Pin::new(bodies::PIN).unwrap() }
}

fn read_number() -> ReadPhoneNumber {
    ReadPhoneNumber { token: business(), phone_number_id: number(), fields: Fields::of(PhoneNumber::FIELDS) }
}

fn read_waba() -> ReadWaba {
    ReadWaba { token: business(), waba_id: waba(), fields: Fields::of(Waba::FIELDS) }
}

fn list_flows() -> ListFlows {
    ListFlows { token: business(), waba_id: waba(), limit: None, after: None }
}

fn pricing_analytics() -> ReadPricingAnalytics {
    let instant = |second| jiff::Timestamp::from_second(second).unwrap();
    let (start, end) = (instant(1_806_526_800), instant(1_806_534_000));
    ReadPricingAnalytics { token: business(), waba_id: waba(), start, end }
}

/// Each point is one of the answer's, with figures that stand in it; none is left out.
fn are_points(body: &Value, points: &[PricingPoint]) -> bool {
    let series = body["pricing_analytics"]["data"].as_array().into_iter().flatten();
    let told: Vec<&Value> = series.flat_map(|series| series["data_points"].as_array().into_iter().flatten()).collect();
    let is_told = |(point, told): (&PricingPoint, &&Value)| {
        let said = as_text(&told["volume"]).and_then(|text| text.parse::<u64>().ok());
        let is_volume = point.volume.is_none_or(|volume| said == Some(volume));
        is_volume && point.cost.is_none_or(|cost| told["cost"].as_f64() == Some(cost))
    };
    told.len() == points.len() && points.iter().zip(&told).all(is_told)
}

fn debug_token() -> DebugToken {
    DebugToken::of_business(AppToken::new(bodies::APP_TOKEN).unwrap(), &business())
}

/// Text, or the whole number that Meta sends in its place.
fn as_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()))
}

fn is_id(value: &Value, id: &str) -> bool {
    let could_stand_in_a_path = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    !id.is_empty() && could_stand_in_a_path && as_text(value).as_deref() == Some(id)
}

fn is_truth(value: &Value, truth: bool) -> bool {
    *value == truth || *value == if truth { "true" } else { "false" }
}

fn is_success(body: &Value) -> bool {
    is_truth(&body["success"], true)
}

fn is_intent(body: &Value, intent: &MigrationIntent) -> bool {
    let destination = match &intent.destination_waba {
        Some(waba) => is_id(&body["destination_waba"]["id"], waba.id.as_str()),
        None => body["destination_waba"].is_null(),
    };
    destination && as_text(&body["status"]).as_deref() == Some(intent.status.as_str())
}
