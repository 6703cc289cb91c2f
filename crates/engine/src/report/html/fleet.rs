//! What many customers add up to, and the list of them.

use maud::{Markup, html};
use unmoor_migration::report::{BilledPart, FleetReport, FleetTotals, Member, length};

use super::parts::{counted, dash, facts, minute, spaced, table, text_or_dash};
use super::{Part, Zone, customer, plot};

/// All of them on one page: the overview first.
pub(super) fn with_customers(fleet: &FleetReport, parts: &[Part], zone: &Zone) -> Markup {
    let billed: Vec<BilledPart> = parts.iter().flat_map(|part| part.billed.iter().cloned()).collect();
    let link = |waba: &str| Some(format!("#{}", anchor(waba)));
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by_key(|part| (&part.report.account.customer, &part.report.account.source_waba_id));
    html! {
        (overview(fleet, &billed, &link, zone))
        section.customers aria-labelledby="each" {
            h2 #each { "Each customer" }
            @for part in sorted {
                (customer::among_others(part, zone, &anchor(&part.report.account.source_waba_id)))
            }
        }
    }
}

fn anchor(waba: &str) -> String {
    format!("waba-{waba}")
}

/// The overview alone.
pub(super) fn overview(
    fleet: &FleetReport,
    billed: &[BilledPart],
    link: &dyn Fn(&str) -> Option<String>,
    zone: &Zone,
) -> Markup {
    html! {
        (totals(&fleet.totals))
        (plot::progress(&fleet.progress, zone))
        (plot::gaps(&fleet.gaps))
        (plot::acceptance(&fleet.acceptance))
        (members(fleet, link, zone))
        @if !billed.is_empty() { (billing(billed)) }
    }
}

fn totals(totals: &FleetTotals) -> Markup {
    let FleetTotals { customers, open, completed, completed_with_exceptions, stopped, .. } = totals;
    html! {
        section {
            h2 { "Where they stand" }
            @if *open > 0 {
                p.open {
                    strong { (counted(*open, "migration is", "migrations are")) " still under way." }
                    " What follows is what was known when the report was made."
                }
            }
            (facts(&[
                ("Customers", html! { (customers) }),
                ("Completed", html! { (completed) }),
                ("Completed with exceptions", html! { (completed_with_exceptions) }),
                ("Stopped", html! { (stopped) }),
                ("Under way", html! { (open) }),
                ("Numbers moved", html! { (totals.migrated) " of " (totals.numbers) }),
                ("Numbers that stay", html! { (totals.skipped) }),
                ("Between two accounts", html! { (totals.between_accounts) }),
                ("Exceptions", html! { (totals.exceptions) }),
                ("Calls without an answer", html! { (totals.unknown_outcomes) }),
                ("Attestations", html! { (totals.attestations) }),
                ("Graph calls", html! { (totals.graph_calls) }),
            ]))
            h3 { "Templates" }
            @if totals.templates_compared == 0 { p { "No customer’s templates have been compared for the last time yet." } } @else {
                p.equation {
                    strong { (totals.templates.source) } " = " (totals.templates.duplicated) " duplicated + "
                    (totals.templates.created_again) " created again + " (totals.templates.rejected) " rejected + "
                    (totals.templates.left_behind) " left behind"
                    @if !totals.templates.holds() { " " strong.bad { "This does not add up." } }
                }
                p { "Over the " (counted(totals.templates_compared, "customer", "customers")) " whose templates were compared for the last time." }
            }
        }
    }
}

fn members(fleet: &FleetReport, link: &dyn Fn(&str) -> Option<String>, zone: &Zone) -> Markup {
    let rows: Vec<Markup> = fleet.members.iter().map(|member| row(member, link, zone)).collect();
    html! {
        section.members #customers {
            h2 { "Customers" }
            (table("Each customer in a line. Templates: source = duplicated + created again + rejected + left behind.", &[
                ("Customer", false), ("Wave", false), ("Stands", false), ("Since", false), ("Accepted", false), ("Numbers", true),
                ("Longest gap", true), ("Templates", false), ("Exceptions", true),
            ], &rows))
        }
    }
}

fn row(member: &Member, link: &dyn Fn(&str) -> Option<String>, zone: &Zone) -> Markup {
    html! {
        tr {
            th scope="row" {
                @match link(&member.source_waba_id) {
                    Some(address) => a href=(address) { (member.customer) },
                    None => (member.customer),
                }
                span.under { code { (member.source_waba_id) } }
            }
            td { (text_or_dash(member.wave.as_deref())) }
            td { (spaced(member.phase.name())) }
            td { (minute(member.since, zone)) }
            td { @match member.accepted_at { Some(at) => (minute(at, zone)), None => (dash()) } }
            td.number { (member.migrated) "/" (member.numbers) }
            td.number { (member.longest_gap_ms.map_or_else(dash, |gap| html! { (length(gap)) })) }
            td {
                @match &member.templates {
                    Some(sum) => {
                        (sum.source) " = " (sum.duplicated) " + " (sum.created_again) " + " (sum.rejected) " + " (sum.left_behind)
                    }
                    None => (dash()),
                }
            }
            td.number { (member.exceptions) }
        }
    }
}

/// The sums of all numbers: five hundred customers' numbers are on their own pages.
fn billing(billed: &[BilledPart]) -> Markup {
    let sum = |figure: fn(&BilledPart) -> u64| billed.iter().map(figure).sum::<u64>();
    html! {
        section {
            h2 { "Who pays for messages" }
            p {
                "Over all numbers, by the three sentences of Meta’s guide; number by number with each customer."
            }
            (facts(&[
                ("Old Solution Partner", html! { (sum(|part| part.old_solution_partner)) }),
                ("Customers", html! { (sum(|part| part.customer)) }),
                ("Undetermined", html! { (sum(|part| part.undetermined)) }),
                ("Free", html! { (sum(|part| part.free)) }),
                ("Price not told", html! { (sum(|part| part.price_not_told)) }),
                ("Open tail", html! { (sum(|part| part.open_tail)) }),
                ("Open", html! { (sum(|part| part.open)) }),
                ("Failed", html! { (sum(|part| part.failed)) }),
            ]))
        }
    }
}
