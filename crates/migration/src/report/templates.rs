//! Every template of the source, accounted for (guide T1 to T9).

use std::fmt;

use serde::Serialize;

use crate::migration::Migration;
use crate::templates::{Standing, TemplateBalance, TemplateKey};

/// What became of the templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplatePart {
    /// The sum over all of them; `None` until they were compared for the last time.
    pub equation: Option<Equation>,
    /// Template by template, as far as they are known by name.
    pub rows: Vec<TemplateRow>,
    /// So many more that the journal does not name.
    pub unnamed: u32,
    /// What these have in common.
    pub unnamed_reason: Option<String>,
}

/// `source = duplicated + created_again + rejected + left_behind`: nothing is lost without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Equation {
    /// Templates of the source.
    pub source: u32,
    /// Those that Meta duplicated, and that stand.
    pub duplicated: u32,
    /// Those that were created again, or copied on request.
    pub created_again: u32,
    /// Those that Meta rejected, when it checked its copies again or when it reviewed what was created.
    pub rejected: u32,
    /// Those that were left behind, each with a reason.
    pub left_behind: u32,
}

impl Equation {
    /// The sum of a balance.
    #[must_use]
    pub fn of(balance: TemplateBalance) -> Self {
        Self {
            source: balance.source,
            duplicated: balance.duplicated,
            created_again: balance.copied + balance.created,
            rejected: balance.rejected_on_recheck + balance.rejected_on_review,
            left_behind: balance.left_behind,
        }
    }

    /// Whether every template of the source is accounted for.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.source == self.duplicated + self.created_again + self.rejected + self.left_behind
    }

    /// Adds another one up.
    pub fn add(&mut self, other: &Self) {
        self.source += other.source;
        self.duplicated += other.duplicated;
        self.created_again += other.created_again;
        self.rejected += other.rejected;
        self.left_behind += other.left_behind;
    }
}

impl fmt::Display for Equation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, duplicated, created_again, rejected, left_behind } = self;
        write!(
            f,
            "{source} = {duplicated} duplicated + {created_again} created again + {rejected} rejected + {left_behind} left behind"
        )
    }
}

/// One template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateRow {
    /// Name and language.
    pub key: TemplateKey,
    /// What became of it.
    pub standing: TemplateStanding,
    /// Its status on the destination, in Meta's word.
    pub status: Option<String>,
    /// Why it is not simply there.
    pub reason: Option<String>,
}

/// What became of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStanding {
    /// Not known yet.
    Awaited,
    /// Meta duplicated it.
    Duplicated,
    /// It was created again.
    CreatedAgain,
    /// Meta duplicated it, checked it again, and rejected it.
    Rejected,
    /// It was left behind.
    LeftBehind,
}

impl TemplateStanding {
    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Awaited => "awaited",
            Self::Duplicated => "duplicated",
            Self::CreatedAgain => "created again",
            Self::Rejected => "rejected",
            Self::LeftBehind => "left behind",
        }
    }
}

/// The templates of a migration: what its state holds of them.
pub(super) fn templates(m: &Migration) -> TemplatePart {
    let equation = m.templates().map(Equation::of);
    let Some(source) = m.source().templates.as_ref().map(|reading| &reading.value) else {
        return TemplatePart { equation, rows: Vec::new(), unnamed: 0, unnamed_reason: None };
    };
    let is_settled = equation.is_some();
    let found = m.destination().and_then(|destination| destination.templates.as_ref()).map(|reading| &reading.value);
    let rows = m.template_standings().map(|(key, standing)| {
        let status = found.and_then(|found| found.statuses.get(key)).cloned();
        row(key, &standing, status, is_settled)
    });
    let rows: Vec<TemplateRow> = rows.collect();
    let unnamed = source.nameless();
    let reason = "listed by Meta without a name or a language";
    TemplatePart { equation, rows, unnamed, unnamed_reason: (unnamed > 0).then(|| reason.to_owned()) }
}

/// What is not there before the last comparison may still come.
fn row(key: &TemplateKey, standing: &Standing, status: Option<String>, is_settled: bool) -> TemplateRow {
    let why = standing.reason();
    let (standing, reason) = match standing {
        Standing::Duplicated => (TemplateStanding::Duplicated, None),
        Standing::Carried { .. } => (TemplateStanding::CreatedAgain, None),
        Standing::RejectedOnRecheck { .. } => {
            (TemplateStanding::Rejected, why.map(|why| format!("when Meta checked it again (guide T3): {why}")))
        }
        Standing::RejectedOnReview { .. } => {
            (TemplateStanding::Rejected, why.map(|why| format!("by the review of what was created: {why}")))
        }
        Standing::Left(_) if is_settled => (TemplateStanding::LeftBehind, why),
        Standing::Left(_) => (TemplateStanding::Awaited, why),
    };
    TemplateRow { key: key.clone(), standing, status, reason }
}
