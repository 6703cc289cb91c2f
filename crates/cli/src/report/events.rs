//! What happens while it happens: lines for programs, a bar for people.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};
use unmoor_engine::Observer;
use unmoor_migration::{Event, Fact, Migration, MigrationId};

/// The line of `--json` for `event`; `None` for what only the journal needs.
#[must_use]
pub fn event_line(m: &Migration, event: &Event) -> Option<Value> {
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| {
        line.insert(name.to_owned(), value);
    };
    put("type", json!("event"));
    put("at", json!(event.at));
    put("customer", json!(m.customer().reference));
    put("source_waba_id", json!(m.id().as_str()));
    put("event", json!(event.kind()));
    if let Fact::PhaseEntered { phase } = &event.fact {
        put("phase", json!(phase.name()));
        return Some(Value::Object(line));
    }
    if let Fact::ExceptionRecorded { exception } = &event.fact {
        put("exception", json!(exception));
        return Some(Value::Object(line));
    }
    if let Fact::AttemptEnded { kind, outcome, .. } = &event.fact {
        use unmoor_migration::{EffectKind, Outcome};
        if !matches!(kind, EffectKind::SetIntent | EffectKind::MoveNumber | EffectKind::RegisterNumber) {
            return None;
        }
        put("event", json!("step"));
        put("step", json!(kind));
        match outcome {
            Outcome::Success { .. } => put("outcome", json!("success")),
            Outcome::Refused { refusal } => {
                put("outcome", json!("refused"));
                put("why", json!(refusal.to_string()));
            }
            Outcome::Unknown { why } => {
                put("outcome", json!("unknown"));
                put("why", json!(why));
            }
            Outcome::NotSent { why } => {
                put("outcome", json!("not_sent"));
                put("why", json!(why));
            }
        }
        return Some(Value::Object(line));
    }
    let number = number_of(&event.fact)?;
    put("number", json!(number));
    Some(Value::Object(line))
}

fn number_of(fact: &Fact) -> Option<&str> {
    if let Fact::MoveFound { number, .. }
    | Fact::ProvenAbsent { number }
    | Fact::RegisterFound { number }
    | Fact::NumberSkipped { number, .. }
    | Fact::NumberVerified { number }
    | Fact::NumberStuck { number, .. }
    | Fact::GapAlarmed { number } = fact
    {
        return Some(number.as_str());
    }
    None
}

/// Writes a line per event to standard output.
#[derive(Debug, Default)]
pub struct JsonLines;

impl Observer for JsonLines {
    fn committed(&self, migration: &Migration, events: &[Event]) {
        let mut out = stdout().lock();
        for line in events.iter().filter_map(|event| event_line(migration, event)) {
            // Whoever reads no more has seen enough; the run goes on.
            let _ = writeln!(out, "{line}");
        }
    }
}

/// Shows how many migrations are over: as a bar on a terminal, as plain lines elsewhere.
pub struct Progress {
    bar: Option<ProgressBar>,
    phases: Mutex<BTreeMap<MigrationId, &'static str>>,
    total: u64,
    plain: bool,
}

impl Progress {
    /// Progress over `total` migrations. `plain`: a line on standard error for each change of phase, where there is no
    /// terminal.
    #[must_use]
    pub fn of(total: u64, plain: bool) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} over  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(total).with_style(style)
        });
        Self { bar, phases: Mutex::new(BTreeMap::new()), total, plain }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn committed(&self, migration: &Migration, events: &[Event]) {
        let Some(entered) = events.iter().rev().find(|event| matches!(event.fact, Fact::PhaseEntered { .. })) else {
            return;
        };
        let mut phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        if migration.is_final() {
            phases.remove(migration.id());
        } else {
            phases.insert(migration.id().clone(), migration.phase_name());
        }
        let open = u64::try_from(phases.len()).unwrap_or(u64::MAX);
        if let Some(bar) = &self.bar {
            bar.set_position(self.total.saturating_sub(open));
            bar.set_message(format!("{:.0}  {}: {}", entered.at, migration.customer().reference, migration.phase()));
        } else if self.plain {
            let _ = writeln!(
                stderr().lock(),
                "{:.0}  {}: {}",
                entered.at,
                migration.customer().reference,
                migration.phase()
            );
        }
    }
}
