//! `cargo xtask sentences`: which sentence of Meta's guide is kept where, and which test would notice if it were not.
//!
//! Three things are written down by hand, each where it belongs: the sentences in `spec/guide.md`; above a test, the
//! numbers of those that it holds (`/// guide: 8.1, 8.3`, in Python `# guide: 8.1`); and in `spec/removals`, for each
//! sentence, a change that takes its rule away. This module holds them against each other, and on demand makes every
//! such change in a copy of the checkout to see that the test fails.

mod guide;
mod holders;
mod problems;
mod prove;
mod removals;
mod table;

use anyhow::Result;

use crate::output;
use crate::tidy::files;
use crate::workspace::Workspace;
use guide::Sentence;
use holders::Holder;
use removals::Removal;

/// Where the table is kept, below `docs/`.
const PAGE: &str = "reference/sentences.md";

/// The guide, the tests that hold it, and the removals that prove them.
struct Coverage {
    sentences: Vec<Sentence>,
    holders: Vec<Holder>,
    removals: Vec<Removal>,
    /// What does not fit together, one line each.
    problems: Vec<String>,
}

impl Coverage {
    fn of(workspace: &Workspace) -> Result<Self> {
        let sources = files::read_all(workspace.root())?;
        let mut problems = Vec::new();
        let sentences = guide::read(&sources, &mut problems);
        let holders = holders::find(&sources, &mut problems);
        let removals = removals::read(&sources, &mut problems);
        problems.extend(problems::find(&sentences, &holders, &removals, &sources));
        Ok(Self { sentences, holders, removals, problems })
    }

    /// Prints what does not fit together. `false` if anything does not.
    fn tell_problems(&self) -> bool {
        for problem in &self.problems {
            output::line(problem);
        }
        let behaviours = self.sentences.iter().filter(|sentence| sentence.states_behaviour()).count();
        output::error_line(&format!(
            "sentences: {} in the guide, {behaviours} of them state a behaviour; {} tests hold them, {} removals prove it; \
             {} problems",
            self.sentences.len(),
            self.holders.len(),
            self.removals.len(),
            self.problems.len()
        ));
        self.problems.is_empty()
    }
}

/// Prints the table. `false` if a sentence lacks a test or a removal, or one of these no longer fits the code.
pub(crate) fn show(workspace: &Workspace) -> Result<bool> {
    let coverage = Coverage::of(workspace)?;
    output::line(&table::for_the_terminal(&coverage));
    Ok(coverage.tell_problems())
}

/// The check alone, as a step of the suite.
pub(crate) fn check(workspace: &Workspace) -> Result<bool> {
    Ok(Coverage::of(workspace)?.tell_problems())
}

/// Takes each rule away in turn, or those of the sentences in `only`, and prints whether its test noticed. `false` if
/// one did not.
pub(crate) fn prove(workspace: &Workspace, only: &[String]) -> Result<bool> {
    let coverage = Coverage::of(workspace)?;
    if !coverage.tell_problems() {
        return Ok(false);
    }
    prove::run(workspace, &coverage, only)
}

/// The generated page: path below `docs/`, and content.
pub(crate) fn page(workspace: &Workspace) -> Result<(String, String)> {
    Ok((PAGE.to_owned(), table::as_page(&Coverage::of(workspace)?)))
}
