//! Every template of the source, accounted for (guide T1 to T9).

use std::fmt;

use serde::Serialize;

use crate::migration::Migration;
use crate::templates::{TemplateBalance, TemplateKey};

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
    /// Those that were created again.
    pub created_again: u32,
    /// Those that Meta duplicated and rejected when it checked them again.
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
            created_again: 0,
            rejected: balance.rejected_on_recheck,
            left_behind: balance.missing + balance.not_eligible,
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
    let rows: Vec<TemplateRow> = source
        .iter()
        .map(|template| {
            let status = found.and_then(|found| found.statuses.get(&template.key)).cloned();
            let (standing, reason) = match (template.why_not_duplicated(), status.as_deref()) {
                (Some(why), _) => {
                    (TemplateStanding::LeftBehind, Some(format!("not duplicated by Meta: {why} (guide T4)")))
                }
                (None, Some("REJECTED")) => {
                    (TemplateStanding::Rejected, Some("rejected when Meta checked it again (guide T3)".to_owned()))
                }
                (None, Some(_)) => (TemplateStanding::Duplicated, None),
                (None, None) if is_settled => {
                    (TemplateStanding::LeftBehind, Some("it did not arrive on the new account".to_owned()))
                }
                (None, None) => (TemplateStanding::Awaited, None),
            };
            TemplateRow { key: template.key.clone(), standing, status, reason }
        })
        .collect();
    let unnamed = source.nameless();
    let reason = "listed by Meta without a name or a language";
    TemplatePart { equation, rows, unnamed, unnamed_reason: (unnamed > 0).then(|| reason.to_owned()) }
}
