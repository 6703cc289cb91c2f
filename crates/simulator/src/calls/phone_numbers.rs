//! `/<WABA>/phone_numbers`: list them (guide 7), move one here (guide 8).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Call, Served, number};
use crate::{
    http::{
        error::{Answer, GraphError},
        paging::{Page, StaleCursor},
        params::Condition,
    },
    rules::move_number::{self, MoveRequest},
    world::Number,
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<WABA>/phone_numbers", list).takes(&[
        "fields",
        "limit",
        "after",
        "before",
        "filtering",
        "sort",
    ]),
    Served::new("POST", "/<WABA>/phone_numbers", add).takes(&[
        "migrate_phone_number",
        "cc",
        "phone_number",
        "display_phone_number",
        "verified_name",
    ]),
];

/// `GET /<WABA>/phone_numbers`: newest first unless told, 25 to a page.
fn list(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let selection = call.selection(&number::NUMBER)?;
    let page = Page::read(&call.params)?;
    let filter = Filter::read(call)?;
    let state = &*call.state;
    let waba = state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    let mut numbers: Vec<&Number> = waba.numbers.iter().filter(|number| filter.admits(number)).collect();
    if let Some(order) = Order::read(call)? {
        order.sort(&mut numbers);
    }
    page.cut(
        &numbers,
        |number| number.id.to_string(),
        |number| number::show(state, call.caller.app, waba, number, &selection),
        &call.address.page_address,
        &StaleCursor::Invalid,
    )
}

/// `filtering=[{"field":"account_mode","operator":"EQUAL","value":"LIVE"}]` (observations: numbers.filtering).
struct Filter(Vec<Condition>);

impl Filter {
    fn read(call: &Call<'_>) -> Answer<Self> {
        const FIELDS: [&str; 3] = ["account_mode", "messaging_limit_tier", "is_official_business_account"];
        let conditions = call.params.conditions("filtering")?;
        let is_known = |one: &Condition| FIELDS.contains(&one.field.as_str()) && one.operator == "EQUAL";
        if conditions.iter().all(is_known) {
            return Ok(Self(conditions));
        }
        Err(GraphError::invalid_parameter(format!("filtering knows {} with EQUAL", FIELDS.join(", "))))
    }

    fn admits(&self, number: &Number) -> bool {
        self.0.iter().all(|Condition { field, operator: _, value }| match field.as_str() {
            "account_mode" => value == number::ACCOUNT_MODE,
            "messaging_limit_tier" => *value == number.messaging_limit_tier,
            _ => value == "false",
        })
    }
}

/// `sort`, spelled as either page has it (observations: numbers.sort).
struct Order {
    by: fn(&Number) -> Option<Timestamp>,
    descending: bool,
}

impl Order {
    fn read(call: &Call<'_>) -> Answer<Option<Self>> {
        let Some(words) = call.params.list("sort")? else { return Ok(None) };
        let [word] = words.as_slice() else {
            return Err(GraphError::invalid_parameter("sort takes one field and its direction"));
        };
        let (field, descending) = match word.strip_suffix("_ASCENDING").or_else(|| word.strip_suffix(".ASC")) {
            Some(field) => (field, false),
            None => match word.strip_suffix("_DESCENDING").or_else(|| word.strip_suffix(".DESC")) {
                Some(field) => (field, true),
                None => ("", false),
            },
        };
        let by: fn(&Number) -> Option<Timestamp> = match field {
            "CREATION_TIME" => |number| Some(number.created_at),
            "LAST_ONBOARDED_TIME" => |number| number.last_onboarded_at,
            _ => {
                let known = "creation_time and last_onboarded_time with _ascending, _descending, .asc or .desc";
                return Err(GraphError::invalid_parameter(format!("sort knows {known}")));
            }
        };
        Ok(Some(Self { by, descending }))
    }

    fn sort(&self, numbers: &mut [&Number]) {
        numbers.sort_by_key(|number| (self.by)(number));
        if self.descending {
            numbers.reverse();
        }
    }
}

/// `POST /<WABA>/phone_numbers`. `display_phone_number` may be there and changes nothing.
fn add(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    if call.params.boolean("migrate_phone_number")? != Some(true) {
        return Err(GraphError::not_simulated(
            "the adding of a number without migrate_phone_number=true",
            &["migrate_phone_number=true"],
        ));
    }
    call.params.text("display_phone_number")?;
    let request = MoveRequest {
        calling_code: call.params.required("cc")?,
        national_number: call.params.required("phone_number")?,
        verified_name: call.params.text("verified_name")?,
    };
    let phone = move_number::move_number(call.state, call.cause, id, &request)?;
    Ok(json!({ "id": phone }))
}
