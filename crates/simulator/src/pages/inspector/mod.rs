//! `/_sim/…` for a browser: the simulated world from the outside, and everything that can be turned on it.

mod clock;
mod faults;
mod knobs;
mod logs;
mod mails;
mod people;
mod waba;
mod webhooks;
mod world;

use http::Method;
use maud::{Markup, html};

use super::{
    layout::{LIVE, Place, STYLE},
    visit::{Answer, Denied, Page, Shown, Visit, id},
};
use crate::state::State;

/// An entry of the menu.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    World,
    Requests,
    Ledger,
    Webhooks,
    Mails,
    Clock,
    Knobs,
    Faults,
}

const MENU: [(Menu, &str, &str); 8] = [
    (Menu::World, "/_sim", "World"),
    (Menu::Requests, "/_sim/requests", "Requests"),
    (Menu::Ledger, "/_sim/ledger", "Ledger"),
    (Menu::Webhooks, "/_sim/webhooks", "Webhooks"),
    (Menu::Mails, "/_sim/mails", "Mails"),
    (Menu::Clock, "/_sim/clock", "Clock"),
    (Menu::Knobs, "/_sim/knobs", "Knobs"),
    (Menu::Faults, "/_sim/faults", "Faults"),
];

/// Whether a path below `/_sim` has a page. The others are JSON only, whoever asks.
pub(super) fn has_page(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).skip(1);
    let first = segments.next();
    !matches!(first, Some("credentials" | "reset" | "world" | "people" | "messages" | "contract"))
}

pub(super) fn answer(visit: &mut Visit<'_>, path: &[&str]) -> Answer {
    if let ["assets", name] = path {
        return match *name {
            "style.css" => Ok(Shown::Asset("text/css; charset=utf-8", STYLE)),
            "live.js" => Ok(Shown::Asset("text/javascript; charset=utf-8", LIVE)),
            _ => Err(Denied::Missing("a file with this name")),
        };
    }
    match (visit.method == Method::POST, path) {
        (false, []) => shows(visit, world::overview),
        (false, ["wabas", waba]) => {
            let waba = id(waba, "a WABA with this id")?;
            shows(visit, |state, visit| waba::one(state, visit, waba))
        }
        (false, ["requests"]) => shows(visit, logs::requests),
        (false, ["ledger"]) => shows(visit, logs::ledger),
        (false, ["webhooks"]) => shows(visit, webhooks::all),
        (true, ["webhooks", number, "again"]) => webhooks::again(visit, number),
        (false, ["mails"]) => shows(visit, mails::all),
        (false, ["clock"]) => shows(visit, clock::page),
        (true, ["clock"]) => clock::set(visit),
        (false, ["knobs"]) => shows(visit, |state, visit| Ok(knobs::page(state, visit, None))),
        (true, ["knobs"]) => knobs::set(visit),
        (false, ["faults"]) => shows(visit, |state, visit| Ok(faults::page(state, visit, None))),
        (true, ["faults"]) => faults::add(visit),
        (true, ["faults", "clear"]) => faults::clear(visit),
        (true, ["people", portfolio]) => {
            let portfolio = id(portfolio, "a business portfolio with this id")?;
            people::act(visit, portfolio)
        }
        (true, [] | ["wabas", _] | ["requests" | "ledger" | "webhooks" | "mails"]) => Err(Denied::Method),
        _ => Err(Denied::Missing("a page with this address")),
    }
}

fn shows(visit: &Visit<'_>, page: impl FnOnce(&State, &Visit<'_>) -> Result<Page, Denied>) -> Answer {
    visit.simulator.look(|state| page(state, visit)).map(Shown::Page)
}

fn page(menu: Menu, title: impl Into<String>, body: Markup) -> Page {
    Page { title: title.into(), place: Place::Inspector(menu), body }
}

/// The menu of the inspector.
pub(super) fn menu(here: Menu) -> Markup {
    html! {
        nav.menu aria-label="Inspector" {
            ul {
                @for (menu, path, label) in MENU {
                    li { a href=(path) aria-current=[(menu == here).then_some("page")] { (label) } }
                }
            }
        }
    }
}

/// Where a form leads back to: a page of ours that the form names, else `usual`.
fn back<'a>(visit: &'a Visit<'_>, usual: &'a str) -> &'a str {
    let named = visit.form.get("back");
    let is_ours = named == "/_sim"
        || named
            .strip_prefix("/_sim/")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/' || byte == b'-'));
    if is_ours { named } else { usual }
}
