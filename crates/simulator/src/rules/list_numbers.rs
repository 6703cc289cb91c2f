//! Guide 7: which numbers a WABA lists, and in which order (observations: numbers.sort, numbers.filtering, numbers.paging). What
//! is shown of each stands with its node, the cutting into pages with all lists.

use jiff::Timestamp;

use super::{Fidelity, Rule};
use crate::{
    http::{
        error::{Answer, GraphError},
        params::{Condition, Params},
    },
    world::{Number, Waba},
};

pub(super) const RULE: Rule = Rule {
    name: "list_numbers",
    says: "A WABA lists its numbers with their registration status, newest first unless told, 25 to a page with cursors",
    source: "guide 7; observations: numbers.fields, numbers.paging, numbers.sort, numbers.filtering",
    fidelity: Fidelity::Simulated,
};

/// No number here is a test number.
pub(crate) const ACCOUNT_MODE: &str = "LIVE";

/// What a caller wants to see of a WABA's numbers.
pub(crate) struct Wanted {
    filter: Vec<Condition>,
    order: Option<Order>,
}

impl Wanted {
    /// Reads `filtering` and `sort`.
    pub(crate) fn read(params: &Params) -> Answer<Self> {
        Ok(Self { filter: filter(params)?, order: Order::read(params)? })
    }

    /// The numbers of `waba` that are wanted, in the wanted order.
    pub(crate) fn of<'a>(&self, waba: &'a Waba) -> Vec<&'a Number> {
        let mut numbers: Vec<&Number> = waba.numbers.iter().filter(|number| self.admits(number)).collect();
        if let Some(order) = &self.order {
            order.sort(&mut numbers);
        }
        numbers
    }

    fn admits(&self, number: &Number) -> bool {
        self.filter.iter().all(|Condition { field, operator: _, value }| match field.as_str() {
            "account_mode" => value == ACCOUNT_MODE,
            "messaging_limit_tier" => *value == number.messaging_limit_tier,
            _ => value == "false",
        })
    }
}

/// `filtering=[{"field":"account_mode","operator":"EQUAL","value":"LIVE"}]`.
fn filter(params: &Params) -> Answer<Vec<Condition>> {
    const FIELDS: [&str; 3] = ["account_mode", "messaging_limit_tier", "is_official_business_account"];
    let conditions = params.conditions("filtering")?;
    let is_known = |one: &Condition| FIELDS.contains(&one.field.as_str()) && one.operator == "EQUAL";
    if conditions.iter().all(is_known) {
        return Ok(conditions);
    }
    Err(GraphError::invalid_parameter(format!("filtering knows {} with EQUAL", FIELDS.join(", "))))
}

/// `sort`, spelled as either page has it.
struct Order {
    by: fn(&Number) -> Option<Timestamp>,
    descending: bool,
}

impl Order {
    fn read(params: &Params) -> Answer<Option<Self>> {
        let Some(words) = params.list("sort")? else { return Ok(None) };
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
