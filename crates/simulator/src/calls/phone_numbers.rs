//! `/<WABA>/phone_numbers`: list them (guide 7), move one here (guide 8).

use serde_json::{Value, json};

use super::{Call, Served, number};
use crate::{
    http::{
        error::{Answer, GraphError},
        paging::{Page, StaleCursor},
    },
    rules::{
        list_numbers::Wanted,
        move_number::{self, MoveRequest},
    },
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
    let wanted = Wanted::read(&call.params)?;
    let state = &*call.state;
    let waba = state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    page.cut(
        &wanted.of(waba),
        |number| number.id.to_string(),
        |number| number::show(state, call.caller.app, waba, number, &selection),
        &call.address.page_address(),
        &StaleCursor::Invalid,
    )
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
