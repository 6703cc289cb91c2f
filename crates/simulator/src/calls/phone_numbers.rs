//! `/<WABA>/phone_numbers`: list them (guide 7), move one here (guide 8).

use serde_json::{Value, json};

use super::{Call, Served, number};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::Selection,
        paging::{Page, StaleCursor},
    },
    rules::move_number::{self, MoveRequest},
};

pub(super) const SERVED: &[Served] =
    &[Served::new("GET", "/<WABA>/phone_numbers", list), Served::new("POST", "/<WABA>/phone_numbers", add)];

/// `GET /<WABA>/phone_numbers`: newest first, 25 to a page.
fn list(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &number::NUMBER)?;
    let page = Page::read(&call.params)?;
    let state = &*call.state;
    let waba = state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    page.cut(
        &waba.numbers,
        |number| number.id.to_string(),
        |number| number::show(state, call.caller.app, waba, number, &selection),
        &call.address.page_address,
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
