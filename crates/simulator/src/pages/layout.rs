//! The frame around every page: what this is, the virtual time, the way around, and the page itself.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::{
    business, inspector,
    parts::instant,
    visit::{Denied, Page, Visit},
};
use crate::ids::Id;

/// The style of all pages.
pub(super) const STYLE: &str = include_str!("assets/style.css");
/// Keeps the list of requests up to date.
pub(super) const LIVE: &str = include_str!("assets/live.js");

/// Where a page is in the menus.
pub(super) enum Place {
    /// Where a person chooses a portfolio.
    Chooser,
    /// In the pages of a portfolio.
    Business { portfolio: Id, name: String, menu: business::Menu },
    /// In the inspector.
    Inspector(inspector::Menu),
}

/// A whole document.
pub(super) fn render(visit: &Visit<'_>, page: &Page) -> String {
    let Page { title, place, body } = page;
    let brand = match place {
        Place::Chooser | Place::Business { .. } => "Business Suite, simulated",
        Place::Inspector(_) => "Simulator inspector",
    };
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (brand) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/_sim/assets/style.css";
                @if let Place::Inspector(_) = place { script src="/_sim/assets/live.js" defer {} }
            }
            body {
                a.skip href="#main" { "Skip to the page" }
                (top(visit, place))
                div.frame.wide[matches!(place, Place::Inspector(_))] {
                    (menu(place))
                    main #main tabindex="-1" { (body) }
                }
                footer {
                    p { "This is a simulation for practice. Nothing you do here reaches Meta or any real account." }
                }
            }
        }
    };
    document.into_string()
}

fn top(visit: &Visit<'_>, place: &Place) -> Markup {
    html! {
        header.top {
            div.brand {
                @match place {
                    Place::Chooser => a href="/business/" { strong { "Business Suite" } " " span.tag { "Simulation" } },
                    Place::Business { portfolio, name, .. } => {
                        a href="/business/" { strong { "Business Suite" } " " span.tag { "Simulation" } }
                        a.portfolio href={ "/business/" (portfolio) "/" } { (name) }
                    },
                    Place::Inspector(_) => a href="/_sim" { strong { "Inspector" } " " span.tag { "Simulation" } },
                }
            }
            (time(visit.simulator.now(), visit.rate))
            p.other {
                @match place {
                    Place::Chooser | Place::Business { .. } => a href="/_sim" { "Inspector" },
                    Place::Inspector(_) => a href="/business/" { "Business Suite" },
                }
            }
        }
    }
}

fn time(now: Timestamp, rate: f64) -> Markup {
    html! {
        p.clock {
            span.label { "Simulated time " }
            (instant(now))
            span.rate { (pace(rate)) }
        }
    }
}

/// How fast virtual time runs, in words.
pub(super) fn pace(rate: f64) -> String {
    if rate == 0.0 {
        return "stands still".to_owned();
    }
    if (rate - 1.0).abs() < f64::EPSILON {
        "runs like yours".to_owned()
    } else {
        format!("runs {rate}× as fast as yours")
    }
}

fn menu(place: &Place) -> Markup {
    match place {
        Place::Chooser => html! {},
        Place::Business { portfolio, menu, .. } => business::menu(*portfolio, *menu),
        Place::Inspector(menu) => inspector::menu(*menu),
    }
}

/// The page that says why there is none.
pub(super) fn denied(visit: &Visit<'_>, denied: &Denied) -> Page {
    let (title, reason) = match denied {
        Denied::Missing(what) => ("Not found", format!("There is no such thing here: {what}.")),
        Denied::Unreadable(reason) => ("That cannot be done", reason.clone()),
        Denied::FromElsewhere => {
            ("Refused", "Another site sent this form. Only the simulator's own pages may change its world.".to_owned())
        }
        Denied::Method => ("That cannot be done", "This address only shows something; it takes no form.".to_owned()),
    };
    let of_inspector = visit.segments.first().is_some_and(|first| first == "_sim");
    let (place, back, to) = if of_inspector {
        (Place::Inspector(inspector::Menu::World), "/_sim", "the inspector's overview")
    } else {
        (Place::Chooser, "/business/", "the list of business portfolios")
    };
    let body = html! {
        h1 { (title) }
        p { (reason) }
        p { "Go on with " a href=(back) { (to) } "." }
    };
    Page { title: title.to_owned(), place, body }
}
