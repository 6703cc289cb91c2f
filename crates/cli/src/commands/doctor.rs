//! `unmoor doctor`: one line per thing that Unmoor needs, and what to do about the wrong ones. It changes nothing and makes
//! nothing.

mod local;
mod remote;

use std::fmt::Display;

use serde::Serialize;
use serde_json::json;

use crate::args::{DoctorArgs, GlobalArgs};
use crate::config::Config;
use crate::exit::{self, Exit};
use crate::output::Output;

/// What one look gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    /// What was found.
    found: String,
    /// What to do, where something is wrong.
    next: Option<String>,
}

impl Check {
    fn fine(check: &'static str, found: impl Display) -> Self {
        Self { check, ok: true, found: found.to_string(), next: None }
    }

    fn wrong(check: &'static str, found: impl Display, next: impl Into<String>) -> Self {
        Self { check, ok: false, found: found.to_string(), next: Some(next.into()) }
    }

    /// An error in its own words, with the hint that it brings.
    fn failed(check: &'static str, error: &anyhow::Error) -> Self {
        let (_, hint) = exit::of_error(error);
        Self { check, ok: false, found: format!("{error:#}"), next: hint }
    }
}

pub(crate) async fn run(args: &DoctorArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let mut told = Told { json: args.json, output, wrong: 0, checks: 0 };
    if args.json {
        output.json_version()?;
    }
    match Config::load(global) {
        Err(error) => told.all([Check::failed("configuration", &error)])?,
        Ok(config) => {
            told.all(local::configuration(&config))?;
            told.all([local::time_zones()])?;
            told.all(local::database(&config).await)?;
            told.all(local::tokens(&config, output))?;
            told.all(local::hooks(&config))?;
            told.all(remote::checks(&config).await)?;
        }
    }
    told.end()
}

struct Told<'a> {
    json: bool,
    output: &'a Output,
    wrong: u64,
    checks: u64,
}

impl Told<'_> {
    fn all(&mut self, checks: impl IntoIterator<Item = Check>) -> anyhow::Result<()> {
        for check in checks {
            self.checks += 1;
            self.wrong += u64::from(!check.ok);
            if self.json {
                let mut line = json!({ "type": "check" });
                if let (Some(line), serde_json::Value::Object(check)) =
                    (line.as_object_mut(), serde_json::to_value(&check)?)
                {
                    line.extend(check);
                }
                self.output.json(&line)?;
                continue;
            }
            let mark = self.output.mark(check.ok, if check.ok { "ok   " } else { "wrong" });
            self.output.line(format_args!("{mark}  {:<15} {}", check.check, check.found))?;
            if let Some(next) = check.next {
                self.output.line(format_args!("{:23}-> {next}", ""))?;
            }
        }
        Ok(())
    }

    fn end(self) -> anyhow::Result<Exit> {
        if self.json {
            self.output.json(&json!({ "type": "summary", "checks": self.checks, "wrong": self.wrong }))?;
        }
        Ok(if self.wrong > 0 { Exit::Refused } else { Exit::Done })
    }
}
