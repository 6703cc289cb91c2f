//! The business portfolio: the node, the WABAs it owns, and those that customers share with it
//! (observations: waba.client_list, waba.portfolio_fields).

use std::{
    collections::BTreeSet,
    ops::Bound::{Excluded, Unbounded},
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Call, Served, waba};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::NodeType,
        paging::{Ordered, Page},
    },
    ids::Id,
    rules::access::As,
    world::{Holdings, Place, Scope},
};

pub(super) const SERVED: &[Served] =
    &[
        Served::new("GET", "/<PORTFOLIO>", read).takes(&["fields"]),
        Served::new("GET", "/<PORTFOLIO>/client_whatsapp_business_accounts", |call| list(call, Holdings::shared))
            .takes(&["fields", "limit", "after", "before", "sort", "filtering", "find"]),
        Served::new("GET", "/<PORTFOLIO>/owned_whatsapp_business_accounts", |call| list(call, Holdings::owned))
            .takes(&["fields", "limit", "after", "before", "sort", "filtering", "find"]),
    ];

const PORTFOLIO: NodeType = NodeType {
    name: "Business",
    default: &["id", "name"],
    fields: &["id", "name", "verification_status", "whatsapp_business_manager_messaging_limit"],
};

/// `GET /<PORTFOLIO>`, for the system users of the portfolio itself and for whoever has a business token of it.
fn read(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.id()?;
    let node =
        call.state.world.portfolios.get(&id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    call.caller.needs(&[Scope::BusinessManagement])?;
    let own = match &call.caller.as_whom {
        As::App => false,
        As::User { portfolio, .. } => *portfolio == id,
    };
    if !own {
        return Err(GraphError::permission(format!("the access token has no access to the business portfolio {id}")));
    }
    let selection = call.selection(&PORTFOLIO)?;
    Ok(selection.show(|field| match field {
        "id" => Some(json!(node.id)),
        "name" => Some(json!(node.name)),
        "verification_status" => Some(json!(waba::verification(Some(node)))),
        "whatsapp_business_manager_messaging_limit" => Some(json!(node.messaging_limit_tier)),
        _ => None,
    }))
}

/// One of the two lists, newest first unless told.
fn list(call: &mut Call<'_>, which: fn(&Holdings, Id) -> Option<&BTreeSet<Place>>) -> Answer<Value> {
    let portfolio = call.id()?;
    let state = &*call.state;
    if !state.world.portfolios.contains_key(&portfolio) {
        return Err(GraphError::unknown_object("GET", &portfolio.to_string()));
    }
    call.caller.needs(&[Scope::WhatsappBusinessManagement])?;
    if call.caller.system_portfolio() != Some(portfolio) {
        return Err(GraphError::permission("this list needs the system token of the portfolio itself"));
    }
    let view = waba::View::of_list(call)?;
    let filter = Filter::read(call)?;
    let descending = match call.params.text("sort")?.as_deref() {
        None | Some("creation_time_descending") => true,
        Some("creation_time_ascending") => false,
        Some(other) => {
            return Err(GraphError::invalid_parameter(format!(
                "sort {other} is not known; creation_time_ascending and creation_time_descending are"
            )));
        }
    };
    let place = |id: Id| state.world.wabas.get(&id).map(|waba| (waba.created_at, waba.id));
    let only = filter.only.and_then(place);
    let only = BTreeSet::from_iter(
        only.filter(|place| which(state.world.holdings(), portfolio).is_some_and(|places| places.contains(place))),
    );
    let ordered = Ordered {
        keys: if filter.only.is_some() { Some(&only) } else { which(state.world.holdings(), portfolio) },
        above: filter.after.map_or(Unbounded, |after| Excluded((after, Id::GREATEST))),
        below: filter.before.map_or(Unbounded, |before| Excluded((before, Id::LEAST))),
        descending,
    };
    Page::read(&call.params)?.cut_ordered(
        &ordered,
        |(_, id)| id.to_string(),
        |cursor| place(cursor.parse().ok()?),
        |(_, id)| state.world.wabas.get(id).map_or(Value::Null, |waba| view.show(state, call.caller.app, waba)),
        &call.address.page_address(),
    )
}

/// `find=<WABA>` and `filtering=[{"field":"creation_time","operator":"GREATER_THAN","value":"1604962813"}]`.
#[derive(Default)]
struct Filter {
    only: Option<Id>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Filter {
    fn read(call: &Call<'_>) -> Answer<Self> {
        let mut filter = Self { only: call.params.id("find")?, ..Self::default() };
        let wrong = || {
            GraphError::invalid_parameter(
                "filtering knows creation_time with GREATER_THAN or LESS_THAN and a unix time",
            )
        };
        refuse_not_simulated(call)?;
        for condition in call.params.conditions("filtering")? {
            let second = condition.value.parse().ok().and_then(|second| Timestamp::from_second(second).ok());
            let second = second.ok_or_else(wrong)?;
            match (condition.field.as_str(), condition.operator.as_str()) {
                ("creation_time", "GREATER_THAN") => {
                    // The whole second is not greater than itself.
                    let end = second.saturating_add(jiff::SignedDuration::new(0, 999_999_999)).unwrap_or(second);
                    filter.after = filter.after.max(Some(end));
                }
                ("creation_time", "LESS_THAN") => {
                    filter.before = Some(filter.before.map_or(second, |before| before.min(second)));
                }
                _ => return Err(wrong()),
            }
        }
        Ok(filter)
    }
}

/// Filters that the OpenAPI file has (observations: waba.client_list), and whose values may be of any shape.
fn refuse_not_simulated(call: &Call<'_>) -> Answer<()> {
    let filtering = call.params.structure("filtering")?.unwrap_or_default();
    let unserved = |condition: &&Value| condition["operator"] == "IN_RANGE" || condition["field"] == "partners";
    match filtering.as_array().into_iter().flatten().find(unserved) {
        None => Ok(()),
        Some(condition) => Err(GraphError::not_simulated(
            &format!("filtering by {} {}", condition["field"], condition["operator"]),
            &["creation_time GREATER_THAN", "creation_time LESS_THAN"],
        )),
    }
}
