//! The page about the state machine: phases and their arrows, the states of a number, the schedules.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::GENERATED;
use crate::gate::{GREATEST_AGE, GREATEST_AGE_AT_TAG, Gate, TOKEN_VALIDITY};
use crate::number::NumberState;
use crate::phase::{Phase, Stop};
use crate::retry::{
    ABSENCE_SPACING, CALL_TIMEOUT, INTENT_REPEATS, REGISTER_LIMIT, REGISTER_TRIES, REGISTER_WINDOW, SEND_WITHIN, after,
    intent_spacing, patience, patience_in_outage, register_spacing,
};
use crate::words::duration;

pub(super) fn page() -> String {
    [head(), phases(), numbers(), gates(), schedules()].join("\n")
}

fn head() -> String {
    format!(
        "{GENERATED}\n\n# State machine\n\nA migration is one source WABA on its way. It stands in one phase, and each \
         of its numbers in one state. Nobody sets a phase: commands and webhooks only lead to another look, and the \
         phase follows from what was read.\n"
    )
}

fn means(phase: &Phase) -> &'static str {
    match phase {
        Phase::Draft => "Imported; nothing has been asked of Meta.",
        Phase::Preflight => "The source is read: token, WABA, numbers, templates. Nothing is changed.",
        Phase::Ready => "Checked. It waits for its start, and for whatever must be cleared before the tag.",
        Phase::Tagging => "Guide 2: the migration intent is being set.",
        Phase::AwaitingAcceptance => "Guide 3: the customer's turn. The intent is read until it says ACCEPTED.",
        Phase::Provisioning => "Guide 5 to 7: token, webhooks, numbers; and every gate of a move is read.",
        Phase::ReadyForCutover => "Every gate was open once. It waits for its window, the fleet, and a hold's end.",
        Phase::CuttingOver => "Guide 8 and 9, number by number. From a number's first move on there is no return.",
        Phase::Settling => {
            "Every number is over. The templates are compared after 10 minutes and after 24 hours; what is missing is brought over \
             where `missing_templates` says so."
        }
        Phase::Completed => "Everything went over.",
        Phase::CompletedWithExceptions => "Done; what was left behind is recorded.",
        Phase::Stopped(Stop::Rejected) => "The customer rejected the request. Nothing was moved.",
        Phase::Stopped(Stop::Cancelled) => "An operator cancelled it before any number had begun.",
    }
}

fn phases() -> String {
    let mut text =
        "## Phases\n\nEvery arrow that is possible, and no other:\n\n```mermaid\nstateDiagram-v2\n    [*] --> draft\n"
            .to_owned();
    for from in &Phase::ALL {
        for to in Phase::ALL.iter().filter(|to| from.may_become(to)) {
            let _ = writeln!(text, "    {from} --> {to}");
        }
        if from.is_final() {
            let _ = writeln!(text, "    {from} --> [*]");
        }
    }
    text.push_str("```\n\n| Phase | Means |\n|---|---|\n");
    for phase in &Phase::ALL {
        let _ = writeln!(text, "| `{phase}` | {} |", means(phase));
    }
    text
}

/// A state of a number, when it is in it, and what may follow.
struct StateRow {
    state: NumberState,
    means: &'static str,
    follows: &'static str,
}

fn states() -> [StateRow; 10] {
    use NumberState as S;
    let row = |state, means, follows| StateRow { state, means, follows };
    [
        row(S::Listed, "The source lists it.", "eligible, skipped"),
        row(
            S::Skipped { reason: crate::number::Skip::Coexistence },
            "It stays where it is, for a recorded reason.",
            "eligible, when the reason is gone before the cutover ends",
        ),
        row(S::Eligible, "It will be moved.", "moving, skipped"),
        row(
            S::Moving { doubt: None },
            "A move is journaled: no return. Without an answer it is looked for.",
            "moved, or eligible when it is proven not to have happened",
        ),
        row(S::Moved, "The new WABA has it, unregistered: somebody's outage.", "registering, registered, stuck"),
        row(
            S::Registering { doubt: None },
            "A register is journaled. Without an answer it is looked for.",
            "registered, or moved when it is proven not to have happened",
        ),
        row(S::Registered, "Register succeeded, or was found to have.", "verified"),
        row(S::Verified, "The new WABA lists it CONNECTED on Cloud API with its PIN on.", "serving"),
        row(S::Serving, "Traffic proves that it works. Shown apart, never waited for.", "–"),
        row(
            S::Stuck { code: crate::BlockerCode::RegisterRefused },
            "A person has to look; meanwhile the new WABA is read.",
            "moved on `unmoor retry`, registered when somebody registered it by hand",
        ),
    ]
}

fn numbers() -> String {
    let mut text = "## Numbers\n\nThe numbers of a WABA go strictly one after the other; the next moves when the one \
                    before is verified.\n\n| State | Means | May become |\n|---|---|---|\n"
        .to_owned();
    for row in states() {
        let _ = writeln!(text, "| `{}` | {} | {} |", row.state.name(), row.means, row.follows);
    }
    text
}

fn gates() -> String {
    let mut text = format!(
        "## Gates of a move\n\nEach is yes, no or unreadable. A move begins only when all are yes, and each was read at \
         most {} before. Before the tag, two-step verification is seen off within {}. A token stays valid {} past the \
         cutover.\n\n| Gate | Read by | May a named person attest it where Meta does not show it? |\n|---|---|---|\n",
        duration(GREATEST_AGE),
        duration(GREATEST_AGE_AT_TAG),
        duration(TOKEN_VALIDITY)
    );
    for gate in Gate::ALL {
        let read = gate.read().map_or("nothing: it is settled by a person", crate::EffectKind::doing);
        let attested = if gate.may_be_attested() { "yes" } else { "no: Unmoor reads it itself" };
        let _ = writeln!(text, "| `{gate}` | {read} | {attested} |");
    }
    let _ = write!(
        text,
        "\nWhere policy asks for it (`template_gate = \"losses\"`), no number moves before a named person has accepted which \
         templates are lost, told from a list of the source's templates that is as fresh. What is lost beyond what was \
         accepted closes the gate again. A source that can be read no longer is judged by what was read of it last, and with \
         the first number that moves the gate is behind.\n"
    );
    text
}

/// What a schedule gives for waits of the given lengths, as `5 minutes at once, 15 minutes after 1 hour`.
fn steps(schedule: fn(Timestamp, Timestamp) -> SignedDuration) -> String {
    let hours = [0, 1, 24, 7 * 24].map(SignedDuration::from_hours);
    let mut parts: Vec<(SignedDuration, SignedDuration)> = Vec::new();
    for waited in hours {
        let every = schedule(Timestamp::UNIX_EPOCH, after(Timestamp::UNIX_EPOCH, waited));
        if parts.last().is_none_or(|(_, last)| *last != every) {
            parts.push((waited, every));
        }
    }
    let words: Vec<String> = parts
        .into_iter()
        .map(|(waited, every)| {
            if waited.is_zero() {
                repeatedly(every)
            } else {
                format!("after {} {}", duration(waited), repeatedly(every))
            }
        })
        .collect();
    words.join(", ")
}

/// `every minute`, `every 5 minutes`.
fn repeatedly(interval: SignedDuration) -> String {
    let words = duration(interval);
    format!("every {}", words.strip_prefix("1 ").unwrap_or(&words))
}

fn schedules() -> String {
    let register: Vec<String> = (1..REGISTER_TRIES).map(|sent| duration(register_spacing(sent))).collect();
    let intent: Vec<String> = (1..=INTENT_REPEATS).filter_map(intent_spacing).map(duration).collect();
    format!(
        "## Schedules\n\nEach, but for vendor-stated instants, is spread by up to a fifth either way, so that five \
         hundred customers do not ask at once.\n\n\
         | What | When |\n|---|---|\n\
         | A read of something that a person has to change | {patience} |\n\
         | The same while a number is between two accounts | {outage} |\n\
         | Register again, counted from the try before | {register} |\n\
         | Registers by itself for one number | at most {REGISTER_TRIES} in {window}; Meta allows {REGISTER_LIMIT}, the \
         others stay for people |\n\
         | The tag again after no answer | {intent}; then it is a person's turn |\n\
         | A call's time to answer | {timeout} |\n\
         | A journaled call's time to leave | {send} |\n\
         | Proof that an unanswered step did not happen | two reads without it, from the end of the call's time on, at \
         least {spacing} apart |\n",
        patience = steps(patience),
        outage = steps(patience_in_outage),
        register = register.join(", "),
        window = duration(REGISTER_WINDOW),
        intent = intent.join(", "),
        timeout = duration(CALL_TIMEOUT),
        send = duration(SEND_WITHIN),
        spacing = duration(ABSENCE_SPACING),
    )
}
