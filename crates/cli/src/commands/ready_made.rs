//! `--list-scenarios` and `--list-faults`: what is at hand by name.

use serde::Serialize;
use unmoor_simulator::load::ready_made::{About, FAULT_SCRIPTS, ReadyMade, SCENARIOS};

use crate::exit::Exit;
use crate::output::Output;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Scenarios,
    Faults,
}

/// One of them, as a line of JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename = "ready_made")]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) teaches: String,
    pub(crate) ends: Vec<String>,
}

impl Line {
    pub(crate) fn of(one: &ReadyMade) -> Self {
        let kind = if SCENARIOS.contains(one) { "scenario" } else { "fault_script" };
        let About { teaches, ends } = one.about();
        Self { name: one.name, kind, teaches, ends }
    }
}

/// Lists them.
pub(crate) fn list(which: Which, as_json: bool, output: &Output) -> anyhow::Result<Exit> {
    let all = match which {
        Which::Scenarios => SCENARIOS,
        Which::Faults => FAULT_SCRIPTS,
    };
    if as_json {
        output.json_version()?;
        for one in all {
            output.json(&Line::of(one))?;
        }
        return Ok(Exit::Done);
    }
    for one in all {
        let About { teaches, ends } = one.about();
        output.line(format_args!("{}\n    {teaches}\n    Ends: {}", one.name, ends.join(" or ")))?;
    }
    let flag = match which {
        Which::Scenarios => "--scenario",
        Which::Faults => "--faults",
    };
    output.note(format_args!("\ntry one: unmoor rehearse {flag} NAME, or live: unmoor simulate {flag} NAME"));
    Ok(Exit::Done)
}
