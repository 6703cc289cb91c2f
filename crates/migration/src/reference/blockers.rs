//! The table of blockers and one page for each.

use std::fmt::Write as _;

use super::{GENERATED, meaning};
use crate::blocker::{Before, BlockerCode, BlockerRow, Turn};
use crate::effect::EffectKind;

/// Whose turn it is, in words.
fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::Customer => "the customer's",
        Turn::TechProvider => "yours, the Tech Provider's",
        Turn::SolutionPartner => "the Solution Partner's",
        Turn::Meta => "Meta's",
        Turn::Time => "nobody's: it passes with time",
    }
}

/// The step that a blocker stands before.
fn before(before: Before) -> &'static str {
    match before {
        Before::Tag => "tagging the WABA (guide 2)",
        Before::Provision => "preparing the new WABA (guide 5 to 7)",
        Before::Move => "moving a number (guide 8)",
        Before::Register => "registering the moved number (guide 9)",
        Before::Complete => "the end of the migration",
    }
}

fn read(read: Option<EffectKind>) -> &'static str {
    read.map_or("known without a call", EffectKind::doing)
}

/// The page with all of them.
pub(super) fn table() -> String {
    let mut page = format!(
        "{GENERATED}\n\n# Blockers\n\nA blocker is a reason why a migration cannot go on: what is the matter, whose turn \
         it is, and what clears it. `unmoor status` counts them, `unmoor explain CUSTOMER` tells one customer's in \
         sentences.\n\nNothing waits without being looked at: a blocker has a read that is repeated, an instant at which \
         it passes, or a person whose turn it is. A webhook only makes the read come sooner; what counts is the \
         read.\n\n| Code | What is the matter | Seen by | How often | Woken by | Stands before | Whose turn | Greatest \
         age of the reading | What clears it |\n|---|---|---|---|---|---|---|---|---|\n"
    );
    for row in BlockerCode::ALL.iter().map(|code| code.row()) {
        let _ = writeln!(
            page,
            "| [{code}](../blockers/{code}.md) | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.sentence,
            read(row.read),
            row.how_often,
            row.woken_by.unwrap_or("–"),
            before(row.before),
            turn(row.turn),
            row.greatest_age,
            row.clears,
            code = row.code,
        );
    }
    page
}

/// One page for each.
pub(super) fn pages() -> Vec<(String, String)> {
    BlockerCode::ALL.iter().map(|code| (format!("blockers/{code}.md"), page(&code.row()))).collect()
}

fn page(row: &BlockerRow) -> String {
    let code = row.code;
    let mut page = format!(
        "{GENERATED}\n\n# {code}\n\n{sentence}\n\n{meaning}\n\n| | |\n|---|---|\n| Whose turn | {turn} |\n| Stands \
         before | {before} |\n",
        sentence = row.sentence,
        meaning = meaning::of(code),
        turn = turn(row.turn),
        before = before(row.before),
    );
    let _ = write!(page, "\n## How Unmoor notices\n\n{}\n", noticed(row));
    let _ = write!(page, "\n## What clears it\n\n{}\n", row.clears);
    let _ = write!(
        page,
        "\n## See who has it\n\n```sh\nunmoor status --blocker {code}\nunmoor explain CUSTOMER\n```\n\nThe first lists \
         every migration that has it, the second tells one customer's story with Meta's own words.\n"
    );
    let related = related(row);
    if !related.is_empty() {
        let _ = write!(page, "\n## Related\n\n");
        for other in related {
            let _ = writeln!(page, "- [{other}]({other}.md): {}", other.row().sentence);
        }
    }
    let _ = write!(page, "\nAll of them: [blockers](../reference/blockers.md).\n");
    page
}

fn noticed(row: &BlockerRow) -> String {
    let mut words = match row.read {
        None => "Unmoor knows it by itself; no call is made for it.".to_owned(),
        Some(kind) => format!("By {}.", kind.doing()),
    };
    if row.how_often == "never" {
        words.push_str(" Nothing is looked at while it stands: it ends with a command.");
    } else {
        let _ = write!(words, " It is looked at again: {}.", row.how_often);
    }
    if let Some(webhook) = row.woken_by {
        let _ = write!(words, " The webhook `{webhook}` brings the look forward; it is never believed by itself.");
    }
    if row.greatest_age != "–" {
        let _ = write!(words, " At the step itself the reading is at most {} old.", row.greatest_age);
    }
    words
}

/// Those that the same read shows; where there is none, those of the same step that no read shows.
fn related(row: &BlockerRow) -> Vec<BlockerCode> {
    let is_near = |other: &BlockerRow| {
        other.code != row.code && other.read == row.read && (row.read.is_some() || other.before == row.before)
    };
    BlockerCode::ALL.iter().map(|code| code.row()).filter(is_near).map(|other| other.code).collect()
}
