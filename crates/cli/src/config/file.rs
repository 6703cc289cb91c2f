//! `unmoor.toml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::civil::Time;
use serde::Deserialize;
use toml::Table;
use unmoor_engine::hooks::{HookCommand, Hooks};
use unmoor_engine::throttle::Budgets;
use unmoor_migration::templates::MissingTemplates;
use unmoor_migration::window::CutoverWindow;
use unmoor_migration::{Policy, SettingsPolicy, TemplateGate};

use super::keys;
use crate::exit::Trouble;

/// A hook is ended after this time unless the file says otherwise.
const DEFAULT_HOOK_TIMEOUT_S: u64 = 30;

/// The file, as it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigFile {
    pub(super) database: Option<String>,
    pub(super) database_authorities: Option<PathBuf>,
    pub(super) database_connections: Option<usize>,
    pub(super) database_durability_attested_by: Option<String>,
    pub(super) master_key_file: Option<PathBuf>,
    pub(super) graph_url: Option<String>,
    pub(super) graph_version: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) app_secret_file: Option<PathBuf>,
    pub(super) system_token_file: Option<PathBuf>,
    pub(super) webhook_verify_token_file: Option<PathBuf>,
    pub(super) tokens: Option<PathBuf>,
    pub(super) clock_rate: Option<f64>,
    pub(super) provider_name: Option<String>,
    pub(super) always_send_proof: bool,
    pub(super) hooks: HooksTable,
    cutover: CutoverTable,
    policy: PolicyTable,
    pub(super) limits: LimitsTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HooksTable {
    before_move: Option<Vec<String>>,
    after_register: Option<Vec<String>>,
    alarm: Option<Vec<String>>,
    timeout_s: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CutoverTable {
    window: Option<WindowTable>,
}

#[derive(Debug, Deserialize)]
struct WindowTable {
    days: Vec<String>,
    from: String,
    until: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PolicyTable {
    two_step_before_tag: Option<bool>,
    pilot_first: Option<bool>,
    template_gate: Option<TemplateGate>,
    template_limit: Option<u32>,
    settings: Option<String>,
    missing_templates: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LimitsTable {
    app_calls_per_hour: Option<u32>,
    waba_calls_per_hour: Option<u32>,
    registered_waba_calls_per_hour: Option<u32>,
    ordinary_percent: Option<u32>,
    poll_percent: Option<u32>,
    usage_ceiling_percent: Option<u32>,
    max_concurrent_moves: Option<usize>,
}

/// Reads the file at `path`.
pub(super) fn read(path: &Path) -> anyhow::Result<ConfigFile> {
    let text = fs::read_to_string(path)
        .map_err(|error| Trouble::bad_input(format!("cannot read the configuration {}: {error}", path.display())))?;
    parse(&text).with_context(|| format!("in {}", path.display()))
}

fn parse(text: &str) -> anyhow::Result<ConfigFile> {
    // The parser's words hold an excerpt of the file, which holds no secret: those are refused by their keys.
    let table: Table = toml::from_str(text).map_err(|error| Trouble::bad_input(error.to_string().trim_end()))?;
    keys::check(&table)?;
    Ok(table.try_into().map_err(|error: toml::de::Error| Trouble::bad_input(error.to_string().trim_end()))?)
}

impl ConfigFile {
    /// The operators' policy; what is not said stays as it is by default.
    pub(super) fn policy(&self, before_move_hook: bool) -> anyhow::Result<Policy> {
        let default = Policy::default();
        Ok(Policy {
            two_step_before_tag: self.policy.two_step_before_tag.unwrap_or(default.two_step_before_tag),
            pilot_first: self.policy.pilot_first.unwrap_or(default.pilot_first),
            window: self.cutover.window.as_ref().map(WindowTable::window).transpose()?,
            before_move_hook,
            template_gate: self.policy.template_gate.unwrap_or(default.template_gate),
            template_limit: self.policy.template_limit,
            settings: self.policy.settings.as_deref().map(settings).transpose()?.unwrap_or(default.settings),
            missing_templates: self.policy.missing_templates()?,
        })
    }
}

impl PolicyTable {
    fn missing_templates(&self) -> Result<MissingTemplates, Trouble> {
        let Some(word) = &self.missing_templates else { return Ok(MissingTemplates::default()) };
        let known = MissingTemplates::ALL.into_iter().find(|policy| policy.name().eq_ignore_ascii_case(word.trim()));
        known.ok_or_else(|| {
            Trouble::bad_input(format!("policy.missing_templates: {word:?} is no policy")).hint(
                "write leave (record what is missing), copy (have Meta copy what it copies on request) or create (the same, and \
                 create the rest again)",
            )
        })
    }
}

impl WindowTable {
    fn window(&self) -> anyhow::Result<CutoverWindow> {
        let mut days = self.days.iter().map(|day| weekday(day)).collect::<Result<Vec<i8>, Trouble>>()?;
        days.sort_unstable();
        days.dedup();
        let window = CutoverWindow { days, from: time("from", &self.from)?, until: time("until", &self.until)? };
        if window.days.is_empty() || window.from >= window.until {
            return Err(Trouble::bad_input("cutover.window never opens: it needs a day, and an end after its beginning")
                .hint("e.g. window = { days = [\"tue\", \"thu\"], from = \"01:00\", until = \"04:00\" }; for hours around midnight choose the part after it")
                .into());
        }
        Ok(window)
    }
}

fn settings(text: &str) -> Result<SettingsPolicy, Trouble> {
    match text {
        "leave" => Ok(SettingsPolicy::Leave),
        "list" => Ok(SettingsPolicy::List),
        "restore" => Ok(SettingsPolicy::Restore),
        other => Err(Trouble::bad_input(format!("policy.settings: {other:?} is none of leave, list and restore"))
            .hint("leave: nothing is read; list: differences are told; restore: what the new side lacks is set again")),
    }
}

/// Monday = 1 … Sunday = 7.
fn weekday(text: &str) -> Result<i8, Trouble> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let wanted = text.trim().to_lowercase();
    let numbered = (1_i8..).zip(NAMES);
    let found = numbered.into_iter().find(|(_, name)| wanted.len() >= 3 && name.starts_with(&wanted));
    found.map(|(number, _)| number).ok_or_else(|| {
        Trouble::bad_input(format!("cutover.window.days: {text:?} is no day of the week"))
            .hint("write mon, tue, wed, thu, fri, sat or sun")
    })
}

fn time(key: &str, text: &str) -> Result<Time, Trouble> {
    text.trim().parse().map_err(|_| {
        Trouble::bad_input(format!("cutover.window.{key}: {text:?} is no time of the day"))
            .hint("write hours and minutes, e.g. 01:30")
    })
}

impl HooksTable {
    pub(super) fn hooks(&self) -> anyhow::Result<Hooks> {
        let timeout_s = self.timeout_s.unwrap_or(DEFAULT_HOOK_TIMEOUT_S);
        if timeout_s == 0 {
            return Err(Trouble::bad_input("hooks.timeout_s is 0: no command could ever end in time").into());
        }
        let command = |name: &'static str, words: &Option<Vec<String>>| {
            let made = words.clone().map(|words| HookCommand::new(words, Duration::from_secs(timeout_s)));
            made.transpose().with_context(|| format!("hooks.{name}"))
        };
        Ok(Hooks {
            before_move: command("before_move", &self.before_move)?,
            after_register: command("after_register", &self.after_register)?,
            alarm: command("alarm", &self.alarm)?,
        })
    }

    /// The program of each hook.
    pub(super) fn programs(&self) -> Vec<(&'static str, String)> {
        [("before_move", &self.before_move), ("after_register", &self.after_register), ("alarm", &self.alarm)]
            .into_iter()
            .filter_map(|(name, words)| Some((name, words.as_ref()?.first()?.clone())))
            .collect()
    }
}

impl LimitsTable {
    pub(super) fn budgets(&self) -> anyhow::Result<Budgets> {
        let default = Budgets::default();
        let percent = |name: &str, given: Option<u32>, default: u32| match given {
            Some(value) if value > 100 => {
                Err(Trouble::bad_input(format!("limits.{name} is {value}: a share is at most 100 percent")))
            }
            Some(value) => Ok(value),
            None => Ok(default),
        };
        if self.max_concurrent_moves == Some(0) {
            return Err(Trouble::bad_input("limits.max_concurrent_moves is 0: no number could ever move").into());
        }
        Ok(Budgets {
            app_calls_per_hour: self.app_calls_per_hour.or(default.app_calls_per_hour),
            waba_calls_per_hour: self.waba_calls_per_hour.unwrap_or(default.waba_calls_per_hour),
            registered_waba_calls_per_hour: self
                .registered_waba_calls_per_hour
                .unwrap_or(default.registered_waba_calls_per_hour),
            ordinary_percent: percent("ordinary_percent", self.ordinary_percent, default.ordinary_percent)?,
            poll_percent: percent("poll_percent", self.poll_percent, default.poll_percent)?,
            usage_ceiling_percent: percent(
                "usage_ceiling_percent",
                self.usage_ceiling_percent,
                default.usage_ceiling_percent,
            )?,
            max_concurrent_moves: self.max_concurrent_moves.unwrap_or(default.max_concurrent_moves),
            ..default
        })
    }
}
