//! What a migration waited for: each blocker with its time.

use jiff::Timestamp;
use serde::Serialize;

use crate::E164;
use crate::blocker::{Blocker, BlockerCode, Turn};
use crate::migration::Migration;

/// One thing that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Its code.
    pub code: BlockerCode,
    /// The number that it is about; `None` = the whole migration.
    pub number: Option<E164>,
    /// Whose turn it was.
    pub turn: Turn,
    /// Since when.
    pub since: Timestamp,
    /// When it was seen to be gone; `None` while it stands.
    pub until: Option<Timestamp>,
    /// What it was, in a sentence.
    pub sentence: &'static str,
    /// More exactly, in the words of whoever told so last.
    pub detail: Option<String>,
}

/// Gathers them from the states that a replay goes through.
#[derive(Default)]
pub(super) struct Waits {
    waits: Vec<Wait>,
}

impl Waits {
    pub(super) fn observe(&mut self, m: &Migration, at: Timestamp) {
        for wait in self.waits.iter_mut().filter(|wait| wait.until.is_none()) {
            if !m.blockers().iter().any(|blocker| is_of(wait, blocker)) {
                wait.until = Some(at);
            }
        }
        for blocker in m.blockers() {
            match self.waits.iter_mut().find(|wait| is_of(wait, blocker)) {
                Some(known) => {
                    known.until = None;
                    known.turn = blocker.turn;
                    if blocker.detail.is_some() {
                        known.detail.clone_from(&blocker.detail);
                    }
                }
                None => self.waits.push(Wait {
                    code: blocker.code,
                    number: blocker.number.clone(),
                    turn: blocker.turn,
                    since: blocker.since,
                    until: None,
                    sentence: blocker.code.row().sentence,
                    detail: blocker.detail.clone(),
                }),
            }
        }
    }

    pub(super) fn finish(mut self) -> Vec<Wait> {
        // What had no length held up nobody.
        self.waits.retain(|wait| wait.until != Some(wait.since));
        self.waits.sort_by_key(|wait| wait.since);
        self.waits
    }
}

fn is_of(wait: &Wait, blocker: &Blocker) -> bool {
    (wait.code, &wait.number, wait.since) == (blocker.code, &blocker.number, blocker.since)
}
