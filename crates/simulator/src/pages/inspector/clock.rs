//! Virtual time: what it is, how fast it runs, and buttons that advance it.

use jiff::SignedDuration;
use maud::{Markup, html};

use super::super::{
    layout::pace,
    notice::Notice,
    parts::{instant, notice},
    visit::{Answer, Denied, Page, Visit, see},
};
use super::{Menu, back};
use crate::{
    clock::{VirtualClock, check_advance},
    load::span,
    state::{State, later},
};

/// What the buttons advance by: as the form says it, and as the button does.
const STEPS: [(&str, &str); 4] = [("1 min", "1 minute"), ("1 h", "1 hour"), ("1 day", "1 day"), ("30 days", "30 days")];
const UNTIL_NEXT: &str = "next";

pub(super) fn page(state: &State, visit: &Visit<'_>) -> Result<Page, Denied> {
    let body = html! {
        h1 { "Clock" }
        (notice(visit.query.notice()))
        dl {
            dt { "Now" } dd { (instant(state.now)) }
            dt { "Pace" } dd { (pace(visit.rate)) }
            dt { "Next event" }
            dd { @match state.world.agenda.next_at() { Some(at) => (instant(at)), None => "nothing is planned" } }
        }
        h2 { "Advance" }
        p.note { "Whatever falls due on the way happens in its order. Time never goes back." }
        (buttons(state, "/_sim/clock"))
        form.panel method="post" action="/_sim/clock" {
            label for="advance" { "Advance by" }
            div.row {
                input #advance type="text" name="advance" placeholder="2 h 30 min" required autocomplete="off" maxlength="40";
                button type="submit" { "Advance" }
            }
        }
        h2 { "Pace" }
        form.panel method="post" action="/_sim/clock" {
            label for="rate" { "Virtual seconds per real second; 0 stands still" }
            div.row {
                input #rate type="number" name="rate" min="0" max="1000000" step="any" value=(visit.rate) required;
                button type="submit" { "Set" }
            }
        }
    };
    Ok(super::page(Menu::Clock, "Clock", body))
}

/// The buttons alone, for other pages; they lead back to `path`.
pub(super) fn strip(state: &State, path: &str) -> Markup {
    html! {
        section.strip aria-label="Advance time" { (buttons(state, path)) }
    }
}

fn buttons(state: &State, path: &str) -> Markup {
    html! {
        form.buttons method="post" action="/_sim/clock" {
            input type="hidden" name="back" value=(path);
            @for (value, label) in STEPS {
                button.quiet type="submit" name="advance" value=(value) { "+ " (label) }
            }
            button.quiet type="submit" name="advance" value=(UNTIL_NEXT) { "Until the next event" }
            @if let Some(at) = state.world.agenda.next_at() { span.note { "which is at " (instant(at)) } }
        }
    }
}

/// Does what a form says.
pub(super) fn set(visit: &mut Visit<'_>) -> Answer {
    let (advance, rate) = (visit.form.get("advance").to_owned(), visit.form.get("rate").to_owned());
    let path = back(visit, "/_sim/clock").to_owned();
    if !rate.is_empty() {
        let rate: f64 = rate.parse().map_err(|_| Denied::Unreadable(format!("`{rate}` is no number.")))?;
        VirtualClock::new(visit.simulator.now(), rate).map_err(|error| Denied::Unreadable(error.to_string()))?;
        visit.wanted.rate = Some(rate);
        return see(&path, &Notice::RATE_SET);
    }
    let to = if advance == UNTIL_NEXT {
        match visit.simulator.next_event_at() {
            Some(at) => at,
            None => return see(&path, &Notice::NOTHING_PLANNED),
        }
    } else {
        let advance: SignedDuration = span(&advance).map_err(Denied::Unreadable)?;
        let advance = check_advance(advance).map_err(|error| Denied::Unreadable(error.to_string()))?;
        later(visit.simulator.now(), advance)
    };
    visit.simulator.advance_to(to);
    visit.wanted.moved = true;
    see(&path, &Notice::ADVANCED)
}
