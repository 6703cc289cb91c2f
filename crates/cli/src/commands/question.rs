//! Before a step that cannot be undone: what is about to happen, and whether it shall.

use std::io::{self, BufRead, IsTerminal, Write};

use unmoor_graph_api::{GraphEndpoint, GraphVersion};

use super::operator::Ground;
use crate::compose::{Connection, OtherSide};
use crate::exit::Trouble;
use crate::output::Output;

/// What is asked.
pub(crate) struct Question {
    /// What is about to happen, line by line.
    pub(crate) about: Vec<String>,
    /// The question itself.
    pub(crate) ask: &'static str,
    /// It was answered on the command line.
    pub(crate) yes: bool,
}

/// Whether to go on. Against a simulator there is nothing to ask; against Meta without a person at the terminal the answer
/// has to stand on the command line.
pub(crate) async fn agreed(question: &Question, ground: &Ground, output: &Output) -> anyhow::Result<bool> {
    for line in &question.about {
        output.note(line);
    }
    if question.yes || is_simulated(ground).await? {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(Trouble::refused("nobody is there to ask, and this cannot be undone").hint("say --yes").into());
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{} [y/N] ", question.ask)?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !agreed {
        output.note("Nothing was changed.");
    }
    Ok(agreed)
}

/// Whether the database belongs to a simulator; where it belongs to nobody yet, whether the configured address proves to
/// be one.
async fn is_simulated(ground: &Ground) -> anyhow::Result<bool> {
    if let Some(stamp) = ground.store.read_stamp().await? {
        let is_meta = GraphEndpoint::new(&stamp.origin, GraphVersion::default()).is_ok_and(|place| place.is_meta());
        return Ok(!is_meta);
    }
    if ground.config.endpoint()?.is_meta() {
        return Ok(false);
    }
    Ok(matches!(Connection::open(&ground.config).await?.side, OtherSide::Simulator { .. }))
}
