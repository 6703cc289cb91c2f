//! What the business customer reads: steps 1 and 3 of the guide in our own words, in its language, for exactly what it has
//! to do now. `unmoor_migration::tasks` says what that is; here it is put into words.
//!
//! It lives in the engine because three write these sentences: a command prints them, the customer page shows them, and
//! whatever delivers the notices of guide 1 and 3 sends them. It must never decide what there is to do.
//!
//! | File | Is |
//! |---|---|
//! | `translations/*.ftl` | the sentences, one file per language, in Project Fluent's form |
//! | `catalogue` | looks a sentence up |
//! | `compose` | which sentences, in which order |
//! | `menus` | Meta's own words for its menus and buttons, never translated |
//! | `text`, `page` | the same instructions as plain text, and as an HTML page that needs nothing else |

mod catalogue;
mod compose;
mod language;
mod line;
mod menus;
mod page;
mod sentence;
mod text;

#[cfg(test)]
mod tests;

use unmoor_migration::CustomerTasks;

pub use language::Language;
use line::Line;

/// The instructions for one customer, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instructions {
    language: Language,
    title: Line,
    opening: Vec<Line>,
    accounts: Vec<Account>,
    closing: Vec<Line>,
}

/// What is told of one account. A customer may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Account {
    heading: Line,
    tasks: Vec<TaskPart>,
    waiting: Option<Waiting>,
    /// Why there is no task.
    nothing: Option<Line>,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TaskPart {
    heading: Line,
    /// Why it has to be done.
    reasons: Vec<Line>,
    /// The numbers that it is about, and the words before them.
    numbers: Option<(Line, Vec<Line>)>,
    /// How it is done.
    steps: Vec<Step>,
    /// What is good to know besides.
    notes: Vec<Line>,
}

/// One step, and what to do where it cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    line: Line,
    detour: Option<Line>,
}

/// What the customer cannot do anything about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    heading: Line,
    lines: Vec<Line>,
    numbers: Option<(Line, Vec<Line>)>,
}

impl Instructions {
    /// Puts `migrations`, which are one customer's, into the words of `language`. `provider` is the name under which the
    /// customer knows the Tech Provider.
    #[must_use]
    pub fn new(migrations: &[CustomerTasks], language: Language, provider: Option<&str>) -> Self {
        compose::compose(migrations, language, provider)
    }

    /// The language they are in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The title, as a mail's subject would be.
    #[must_use]
    pub fn title(&self) -> String {
        text::plain(&self.title, self.language)
    }

    /// Whether there is nothing that the customer has to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.iter().all(|account| account.tasks.is_empty())
    }

    /// As plain text, without wrapping and with a line break at its end.
    #[must_use]
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// As a whole HTML page, which loads nothing and has no script.
    #[must_use]
    pub fn html(&self) -> String {
        page::page(self)
    }
}
