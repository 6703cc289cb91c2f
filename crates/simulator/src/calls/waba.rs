//! The WABA node (observations: waba.fields): read it, and set what its owner may set.

use serde_json::{Value, json};

use super::{Call, Served, number, pricing_analytics, subscribed_apps};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{Edge, NodeType, Selection},
        paging::{Page, StaleCursor},
    },
    ids::Id,
    rules::{health, waba_settings},
    state::State,
    world::{Portfolio, Waba},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<WABA>", read).takes(&["fields"]),
    Served::new("POST", "/<WABA>", update).takes(&[
        "is_enabled_for_insights",
        "disable_marketing_messages_on_cloud_api",
        "template_auto_archival_enabled",
    ]),
];

/// A WhatsApp Business Account.
const WABA: NodeType = NodeType {
    name: "WhatsAppBusinessAccount",
    default: &["id", "name", "currency", "timezone_id", "message_template_namespace"],
    fields: &[
        "id",
        "name",
        "currency",
        "timezone_id",
        "message_template_namespace",
        "business_type",
        "account_review_status",
        "business_verification_status",
        "ownership_type",
        "owner_business",
        "owner_business_info",
        "on_behalf_of_business_info",
        "primary_funding_id",
        "primary_business_location",
        "country",
        "creation_time",
        "status",
        "health_status",
        "pricing_analytics",
        "is_enabled_for_insights",
        "is_shared_with_partners",
        "disable_marketing_messages_on_cloud_api",
        "template_auto_archival_enabled",
        "whatsapp_business_manager_messaging_limit",
        "purchase_order_number",
        "marketing_messages_lite_api_status",
        "marketing_messages_onboarding_status",
        "phone_numbers",
        "subscribed_apps",
    ],
};

/// The same in a list, which shows one field more unless told (observations: waba.business_type).
const LISTED: NodeType = NodeType {
    default: &["id", "name", "currency", "timezone_id", "message_template_namespace", "business_type"],
    ..WABA
};

/// Fields that Meta has and this simulator has nothing to say about: refused loudly, not as nonexisting.
const NOT_SIMULATED: &[&str] = &[
    "analytics",
    "conversation_analytics",
    "template_analytics",
    "call_analytics",
    "auth_international_rate_eligibility",
    "linked_commerce_account",
    "marketing_messages_ad_account",
    "service_pricing_policy",
    "whatsapp_manager_marketing_messages_max_price_enroll_status",
    "audiences",
    "message_templates",
    "solutions",
    "assigned_users",
    "activities",
    "flows",
];

/// What an answer shows of WABAs: fields, and the numbers if they are asked for as a field.
pub(super) struct View {
    selection: Selection,
    numbers: Option<(Edge, Page)>,
    /// Scheme, host and version, below which the pages of nested edges lie.
    root: String,
}

impl View {
    /// Of the WABA's own node.
    fn of_node(call: &Call<'_>) -> Answer<Self> {
        Self::read(call, &WABA)
    }

    /// Of the WABAs in a list.
    pub(super) fn of_list(call: &Call<'_>) -> Answer<Self> {
        Self::read(call, &LISTED)
    }

    fn read(call: &Call<'_>, node: &NodeType) -> Answer<Self> {
        let fields = call.params.text("fields")?;
        let selection = Selection::read_known(fields.as_deref(), node, NOT_SIMULATED)?;
        let numbers = match selection.edge("phone_numbers", &number::NUMBER)? {
            None => None,
            Some(edge) => {
                let page = Page::of_edge(&edge)?;
                Some((edge, page))
            }
        };
        Ok(Self { selection, numbers, root: call.address.root() })
    }

    /// A WABA with the selected fields.
    pub(super) fn show(&self, state: &State, app: Id, waba: &Waba) -> Value {
        self.selection.show(|field| self.field(state, app, waba, field))
    }

    fn field(&self, state: &State, app: Id, waba: &Waba, field: &str) -> Option<Value> {
        let owner = state.world.portfolios.get(&waba.owner);
        let info = |id| state.world.portfolios.get(id).map(|owner| json!({ "name": owner.name, "id": owner.id }));
        let settings = &waba.settings;
        match field {
            "id" => Some(json!(waba.id)),
            "name" => Some(json!(waba.name)),
            "currency" => Some(json!(waba.currency)),
            "timezone_id" => Some(json!(waba.timezone_id)),
            "message_template_namespace" => Some(json!(waba.message_template_namespace)),
            "business_type" => Some(json!("ent")),
            "account_review_status" => Some(json!(waba.review.as_str())),
            "business_verification_status" => Some(json!(verification(owner))),
            "ownership_type" => Some(json!(waba.ownership.as_str())),
            "owner_business" | "owner_business_info" => info(&waba.owner),
            "on_behalf_of_business_info" => waba.on_behalf_of.as_ref().and_then(info),
            "primary_funding_id" if state.knobs.funding_readable => waba.funding.id().map(|id| json!(id)),
            "country" | "primary_business_location" => Some(json!(waba.country)),
            "creation_time" => Some(json!(waba.created_at.as_second())),
            "status" => Some(json!("ACTIVE")),
            "health_status" => Some(health::status(&state.world, &state.knobs, app, waba, &health::Node::Waba)),
            "is_enabled_for_insights" => Some(json!(settings.is_enabled_for_insights)),
            "is_shared_with_partners" => Some(json!(!waba.shared_with.is_empty())),
            "disable_marketing_messages_on_cloud_api" => Some(json!(settings.disable_marketing_messages_on_cloud_api)),
            "template_auto_archival_enabled" => Some(json!(settings.template_auto_archival_enabled)),
            "whatsapp_business_manager_messaging_limit" => owner.map(|owner| json!(owner.messaging_limit_tier)),
            "marketing_messages_lite_api_status" => Some(json!(marketing_messages(waba).0)),
            "marketing_messages_onboarding_status" => Some(json!(marketing_messages(waba).1)),
            "phone_numbers" => self.numbers(state, app, waba),
            "subscribed_apps" => Some(subscribed_apps::list(&state.world, waba)),
            _ => None,
        }
    }

    fn numbers(&self, state: &State, app: Id, waba: &Waba) -> Option<Value> {
        let (edge, page) = self.numbers.as_ref()?;
        let address = format!("{}/{}/phone_numbers", self.root, waba.id);
        let show = |entry: &_| number::show(state, app, waba, entry, &edge.selection);
        page.cut(&waba.numbers, |entry| entry.id.to_string(), show, &address, &StaleCursor::Invalid).ok()
    }
}

/// Both words for whether an account may take up the API for marketing messages; nobody here does
/// (observations: waba.marketing_messages).
fn marketing_messages(waba: &Waba) -> (&'static str, &'static str) {
    match waba.on_behalf_of {
        Some(_) => ("INELIGIBLE", "INELIGIBLE_ON_BEHALF_OF_WABA"),
        None => ("ELIGIBLE", "ELIGIBLE"),
    }
}

/// The word for whether Meta has verified a business.
pub(super) fn verification(portfolio: Option<&Portfolio>) -> &'static str {
    if portfolio.is_some_and(|portfolio| portfolio.verified) { "verified" } else { "not_verified" }
}

/// `GET /<WABA>`.
fn read(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let view = View::of_node(call)?;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let mut shown = view.show(call.state, call.caller.app, waba);
    if let (Some(arguments), Value::Object(shown)) = (view.selection.arguments("pricing_analytics"), &mut shown) {
        let analytics = pricing_analytics::of_field(call.state, waba, arguments)?;
        shown.insert("pricing_analytics".to_owned(), analytics);
    }
    Ok(shown)
}

/// `POST /<WABA>`: settings of the account (observations: waba.settings_stay).
fn update(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    let wanted = waba_settings::Wanted {
        is_enabled_for_insights: call.params.boolean("is_enabled_for_insights")?,
        disable_marketing_messages_on_cloud_api: call.params.boolean("disable_marketing_messages_on_cloud_api")?,
        template_auto_archival_enabled: call.params.boolean("template_auto_archival_enabled")?,
    };
    waba_settings::set(call.state, call.cause, id, &wanted)?;
    Ok(json!({ "id": id }))
}
