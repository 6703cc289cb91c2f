//! `GET /<PORTFOLIO>/client_whatsapp_business_accounts`: the WABAs that customers share with the provider's portfolio
//! (observations: waba.client_list).

use serde_json::Value;

use super::{Call, Served, waba};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::Selection,
        paging::{Page, StaleCursor},
    },
    world::{Scope, Waba},
};

pub(super) const SERVED: &[Served] = &[Served::new("GET", "/<PORTFOLIO>/client_whatsapp_business_accounts", list)];

fn list(call: &mut Call<'_>) -> Answer<Value> {
    let portfolio = call.id()?;
    let state = &*call.state;
    if !state.world.portfolios.contains_key(&portfolio) {
        return Err(GraphError::unknown_object("GET", &portfolio.to_string()));
    }
    call.caller.needs(&[Scope::WhatsappBusinessManagement])?;
    if call.caller.system_portfolio() != Some(portfolio) {
        return Err(GraphError::permission("this list needs the system token of the portfolio itself"));
    }
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &waba::WABA)?;
    let filter = CreationFilter::read(call)?;
    let shared = state.world.wabas.values().filter(|waba| waba.shared_with.contains(&portfolio) && filter.admits(waba));
    let mut shared: Vec<&Waba> = shared.collect();
    shared.sort_by_key(|waba| (std::cmp::Reverse(waba.created_at), waba.id));
    match call.params.text("sort")?.as_deref() {
        None | Some("creation_time_descending") => {}
        Some("creation_time_ascending") => shared.reverse(),
        Some(other) => return Err(GraphError::invalid_parameter(format!("sort {other} is not known"))),
    }
    Page::read(&call.params)?.cut(
        &shared,
        |waba| waba.id.to_string(),
        |waba| waba::show(state, call.caller.app, waba, &selection),
        &call.address.page_address,
        &StaleCursor::Invalid,
    )
}

/// `filtering=[{"field":"creation_time","operator":"GREATER_THAN","value":"1604962813"}]`.
#[derive(Default)]
struct CreationFilter {
    after_second: Option<i64>,
    before_second: Option<i64>,
}

impl CreationFilter {
    fn read(call: &Call<'_>) -> Answer<Self> {
        let mut filter = Self::default();
        let Some(structure) = call.params.structure("filtering")? else { return Ok(filter) };
        let wrong = || {
            GraphError::invalid_parameter(
                "filtering knows creation_time with GREATER_THAN or LESS_THAN and a unix time",
            )
        };
        for condition in structure.as_array().ok_or_else(wrong)? {
            let text = |name: &str| condition.get(name).and_then(Value::as_str);
            let value = text("value").and_then(|value| value.parse().ok());
            let value = value.or_else(|| condition.get("value").and_then(Value::as_i64)).ok_or_else(wrong)?;
            match (text("field"), text("operator")) {
                (Some("creation_time"), Some("GREATER_THAN")) => filter.after_second = Some(value),
                (Some("creation_time"), Some("LESS_THAN")) => filter.before_second = Some(value),
                _ => return Err(wrong()),
            }
        }
        Ok(filter)
    }

    fn admits(&self, waba: &Waba) -> bool {
        let created = waba.created_at.as_second();
        self.after_second.is_none_or(|after| created > after)
            && self.before_second.is_none_or(|before| created < before)
    }
}
