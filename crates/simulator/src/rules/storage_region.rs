//! Where the messages of a number are kept at rest: set while the number is not registered, gone with a deregister, and with a
//! migration unless it is set again (observations: registration.region, registration.region_lost).

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::RegionInRegister,
    ledger::Change,
    phone::E164,
    state::{Cause, State},
    world::{NumberStatus, StorageRegion},
};

pub(super) const RULE: Rule = Rule {
    name: "storage_region",
    says: "Local storage is set on a number that is not registered; deregister and migration lose it",
    source: "observations: registration.region, registration.storage_shape, registration.region_lost",
    fidelity: Fidelity::Approximated {
        how: "the refusal on a registered number has code 100",
        because: "the page says that it is not possible, and not how it is refused",
    },
};

/// A region by its country code.
pub(crate) fn parse(text: &str) -> Answer<StorageRegion> {
    let code = text.to_ascii_uppercase();
    let found = StorageRegion::ALL.iter().find(|(known, _)| *known == code);
    found.map(|(_, region)| *region).ok_or_else(|| {
        let known: Vec<&str> = StorageRegion::ALL.iter().map(|(code, _)| *code).collect();
        GraphError::invalid_parameter(format!("Param data_localization_region must be one of {{{}}}", known.join(", ")))
    })
}

/// Sets or, with nothing, ends local storage.
pub(crate) fn set(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    region: Option<StorageRegion>,
) -> Answer<()> {
    let unknown = || GraphError::unknown_object("POST", number.as_str());
    let entry = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)).ok_or_else(unknown)?;
    if entry.storage_region == region {
        return Ok(());
    }
    if entry.status == NumberStatus::Connected {
        return Err(GraphError::invalid_parameter(
            "Local storage can be changed on an unregistered phone number only; deregister it first.",
        ));
    }
    put(state, cause, waba, number, region);
    Ok(())
}

/// A region in the register call itself, which the changelog says has been of no use since v21.
pub(crate) fn in_register(state: &mut State, cause: Cause, waba: Id, number: &E164, region: &str) -> Answer<()> {
    match state.knobs.region_in_register {
        RegionInRegister::Ignored => Ok(()),
        RegionInRegister::Refused => Err(GraphError::invalid_parameter(
            "Param data_localization_region is not supported; use the settings of the phone number",
        )),
        RegionInRegister::Taken => {
            let region = Some(parse(region)?);
            let entry = state.world.wabas.get(&waba).and_then(|waba| waba.number(number));
            if entry.is_some_and(|entry| entry.storage_region != region) {
                put(state, cause, waba, number, region);
            }
            Ok(())
        }
    }
}

fn put(state: &mut State, cause: Cause, waba: Id, number: &E164, region: Option<StorageRegion>) {
    if let Some(entry) = state.change_waba(cause.at, waba).and_then(|waba| waba.number_mut(number)) {
        entry.storage_region = region;
    }
    let source = state.world.source_of(waba);
    let change = Change::new("number.storage_region_changed", source).number(number).with("waba", waba);
    state.enter(cause, change.with("region", region.map_or("none", StorageRegion::as_str)));
}
