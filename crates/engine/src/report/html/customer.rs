//! One customer, section by section.

use maud::{Markup, html};
use unmoor_migration::report::{
    BilledPart, Consent, ConsentReading, CustomerReport, RequestResult, SettingStanding, TemplatePart,
    TemplateStanding, between, length,
};

use super::parts::{counted, dash, exact, facts, heading, instant, or_dash, spaced, table, text_or_dash, wide_facts};
use super::{Part, Zone, plot};

/// A page about this customer alone.
pub(super) fn alone(part: &Part, zone: &Zone) -> Markup {
    sections(part, zone, 2)
}

/// One customer among others; `id` is what links lead to.
pub(super) fn among_others(part: &Part, zone: &Zone, id: &str) -> Markup {
    let account = &part.report.account;
    html! {
        article.customer id=(id) aria-label=(account.customer) {
            h3 { (account.customer) }
            p.back { a href="#customers" { "Back to all customers" } }
            (sections(part, zone, 4))
        }
    }
}

fn sections(part: &Part, zone: &Zone, level: u8) -> Markup {
    let report = &part.report;
    html! {
        (standing(report, zone, level))
        (consent(&report.consent, zone, level))
        (numbers(report, zone, level))
        (templates(&report.templates, level))
        (settings(report, level))
        (exceptions(report, level))
        (billing(&part.billed, zone, level))
        (people(report, zone, level))
        (waits(report, zone, level))
        (unknown(report, level))
        (timeline(report, zone, level))
        (requests(report, zone, level))
    }
}

fn standing(report: &CustomerReport, zone: &Zone, level: u8) -> Markup {
    let (account, standing) = (&report.account, &report.standing);
    let longest = report.numbers.iter().filter_map(|number| number.gap_ms).max();
    let migrated = report.numbers.iter().filter(|number| number.is_migrated).count();
    html! {
        section.standing {
            (heading(level, "Where it stands"))
            @if !standing.is_final {
                p.open { strong { "This migration is still under way." } " What follows is what was known when the report was made." }
            }
            p.headline { (standing.headline) }
            @if !standing.blockers.is_empty() {
                ul { @for blocker in &standing.blockers { li { (blocker) } } }
            }
            (facts(&[
                ("Source account", html! { code { (account.source_waba_id) } }),
                ("New account", code_or_dash(account.destination_waba_id.as_deref())),
                ("Name", text_or_dash(account.name.as_deref())),
                ("Business portfolio", code_or_dash(account.business_portfolio_id.as_deref())),
                ("Wave", text_or_dash(account.wave.as_deref())),
                ("Customer's time zone", text_or_dash(account.time_zone.as_deref())),
                ("Numbers moved", html! { (migrated) " of " (report.numbers.len()) }),
                ("Longest gap", longest.map_or_else(dash, |gap| html! { (length(gap)) })),
                ("Graph calls", html! { (standing.graph_calls) }),
                ("Journal entries", html! { (report.entries) }),
            ]))
            (plot::way(standing, zone))
        }
    }
}

fn code_or_dash(text: Option<&str>) -> Markup {
    text.map_or_else(dash, |text| html! { code { (text) } })
}

fn consent(consent: &Consent, zone: &Zone, level: u8) -> Markup {
    let reading = |reading: Option<&ConsentReading>| match reading {
        None => dash(),
        Some(reading) => html! {
            b.word { (reading.status) } ", asked " (exact(reading.asked_at, zone)) ", answered " (exact(reading.answered_at, zone))
        },
    };
    html! {
        section {
            (heading(level, "Consent"))
            p { (consent.sentence) }
            @if consent.requested_at.is_some() {
                (wide_facts(&[
                    ("Asked (guide 2)", or_dash(consent.requested_at, zone)),
                    ("Last reading without acceptance", reading(consent.last_without.as_ref())),
                    ("First reading with acceptance (guide 4)", reading(consent.first_accepted.as_ref())),
                    ("Recorded", consent.accepted_at.map_or_else(dash, |at| exact(at, zone))),
                    ("Readings, reminders", html! { (consent.readings) ", " (consent.reminders) }),
                ]))
            }
        }
    }
}

fn numbers(report: &CustomerReport, zone: &Zone, level: u8) -> Markup {
    let moment = |at| match at {
        Some(at) => exact(at, zone),
        None => dash(),
    };
    let rows = report.numbers.iter().map(|number| {
        html! {
            tr {
                th scope="row" {
                    span.word { (number.number) }
                    @if let Some(name) = &number.display_name { span.under { (name) } }
                }
                td {
                    (spaced(number.state))
                    @if let Some(reason) = &number.reason { span.under { (reason) } }
                }
                td { (moment(number.moved_at)) }
                td { (moment(number.registered_at)) }
                td.number { (number.gap_ms.map_or_else(dash, |gap| html! { (length(gap)) })) }
                td.number { (number.at_most_ms.map_or_else(dash, |most| html! { (length(most)) })) }
                td {
                    code { (number.old_id) }
                    @if let Some(id) = &number.new_id { " → " code { (id) } }
                    @if number.written_form_changed == Some(true) { span.under { "written otherwise than before" } }
                }
            }
        }
    });
    let rows: Vec<Markup> = rows.collect();
    html! {
        section {
            (heading(level, "Numbers and gaps"))
            @if rows.is_empty() { p { "No number is known yet." } } @else {
                p {
                    "The gap is the time between the success of the move (guide 8) and the success of the register (guide 9). A number \
                     was unreachable no longer than from the move being sent to the register’s success being known."
                }
                (table("Each number", &[
                    ("Number", false), ("State", false), ("Moved", false), ("Registered", false), ("Gap", true),
                    ("At most", true), ("Id, before → after", false),
                ], &rows))
            }
        }
    }
}

fn templates(part: &TemplatePart, level: u8) -> Markup {
    let rows: Vec<Markup> = part
        .rows
        .iter()
        .map(|row| {
            html! {
                tr {
                    th scope="row" { (row.key.name) }
                    td { (row.key.language) }
                    td { span class={ "standing " (template_class(row.standing)) } { (row.standing.words()) } }
                    td { (text_or_dash(row.status.as_deref())) }
                    td { (text_or_dash(row.reason.as_deref())) }
                }
            }
        })
        .collect();
    html! {
        section {
            (heading(level, "Templates"))
            @match part.equation {
                None => p { "The templates have not been compared for the last time yet." },
                Some(equation) => {
                    p.equation {
                        strong { (equation.source) } " = " (equation.duplicated) " duplicated + " (equation.created_again)
                        " created again + " (equation.rejected) " rejected + " (equation.left_behind) " left behind"
                        @if !equation.holds() { " " strong.bad { "This does not add up." } }
                    }
                }
            }
            @if !rows.is_empty() {
                (table("Template by template", &[
                    ("Template", false), ("Language", false), ("What became of it", false), ("Status there", false),
                    ("Reason", false),
                ], &rows))
            }
            @if part.unnamed > 0 {
                p {
                    (counted(u64::from(part.unnamed), "more template", "more templates"))
                    @if let Some(reason) = &part.unnamed_reason { ": " (reason) } "."
                }
            }
        }
    }
}

fn template_class(standing: TemplateStanding) -> &'static str {
    match standing {
        TemplateStanding::Duplicated | TemplateStanding::CreatedAgain => "good",
        TemplateStanding::Rejected | TemplateStanding::LeftBehind => "bad",
        TemplateStanding::Awaited => "open",
    }
}

fn settings(report: &CustomerReport, level: u8) -> Markup {
    let rows: Vec<Markup> = report
        .settings
        .iter()
        .map(|row| {
            html! {
                tr {
                    th scope="row" { (row.setting) }
                    td.word { (text_or_dash(row.number.as_ref().map(unmoor_migration::E164::as_str))) }
                    td { (text_or_dash(row.before.as_deref())) }
                    td { (text_or_dash(row.after.as_deref())) }
                    td {
                        span class={ "standing " (setting_class(row.standing)) } { (row.standing.words()) }
                        @if let Some(note) = &row.note { span.under { (note) } }
                    }
                }
            }
        })
        .collect();
    html! {
        section {
            (heading(level, "Settings before and after"))
            @if rows.is_empty() { p { "Nothing has been read on both sides yet." } } @else {
                (table("Setting by setting", &[
                    ("Setting", false), ("Number", false), ("Before", false), ("After", false), ("Standing", false),
                ], &rows))
            }
        }
    }
}

fn setting_class(standing: SettingStanding) -> &'static str {
    match standing {
        SettingStanding::Kept | SettingStanding::Intended | SettingStanding::Restored => "good",
        SettingStanding::Changed => "bad",
        SettingStanding::Unknown => "open",
    }
}

fn exceptions(report: &CustomerReport, level: u8) -> Markup {
    html! {
        section {
            (heading(level, "Exceptions"))
            @if report.exceptions.is_empty() { p { "Nothing was recorded as left behind." } } @else {
                ul { @for exception in &report.exceptions { li { (exception) } } }
            }
        }
    }
}

pub(super) fn billing(billed: &[BilledPart], zone: &Zone, level: u8) -> Markup {
    if billed.is_empty() {
        return html! {};
    }
    let rows: Vec<Markup> = billed
        .iter()
        .map(|part| {
            let figures = [
                part.old_solution_partner,
                part.customer,
                part.undetermined,
                part.free,
                part.price_not_told,
                part.open_tail,
                part.open,
                part.failed,
            ];
            html! {
                tr {
                    th scope="row" { (part.number) }
                    td {
                        (or_dash(part.complete_after, zone))
                        @if let Some(by) = part.complete_by { " to " (instant(by, zone)) }
                    }
                    @for figure in figures { td.number { (figure) } }
                }
            }
        })
        .collect();
    html! {
        section {
            (heading(level, "Who pays for messages"))
            p {
                "Billable messages by whom Meta’s guide has pay for them: what was delivered before completion or sent before it, the \
                 old Solution Partner (B1, B2); what was sent and delivered after it, the customer (B3). What falls into the interval \
                 of completion is undetermined."
            }
            (table("Messages", &[
                ("Number", false), ("Complete between", false), ("Old Solution Partner", true), ("Customer", true),
                ("Undetermined", true), ("Free", true), ("Price not told", true), ("Open tail", true), ("Open", true), ("Failed", true),
            ], &rows))
            (categories(billed))
        }
    }
}

fn categories(billed: &[BilledPart]) -> Markup {
    let mut sums = std::collections::BTreeMap::<&str, [u64; 3]>::new();
    for (category, counts) in billed.iter().flat_map(|part| &part.categories) {
        let known = sums.entry(category).or_default();
        known.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    if sums.is_empty() {
        return html! { p { "None of these messages is billable." } };
    }
    let rows: Vec<Markup> = sums
        .iter()
        .map(|(category, counts)| {
            html! { tr { th scope="row" { (spaced(category)) } @for count in counts { td.number { (count) } } } }
        })
        .collect();
    table(
        "Billable messages by category",
        &[("Category", false), ("Old Solution Partner", true), ("Customer", true), ("Undetermined", true)],
        &rows,
    )
}

fn people(report: &CustomerReport, zone: &Zone, level: u8) -> Markup {
    let deeds: Vec<Markup> = report
        .deeds
        .iter()
        .map(|deed| {
            html! {
                tr {
                    td { (instant(deed.at, zone)) }
                    th scope="row" { (deed.by) }
                    td { (deed.what) @if let Some(refused) = &deed.refused { span.under { "refused: " (refused) } } }
                    td { (text_or_dash(deed.reason.as_deref())) }
                    td.number { (deed.entry) }
                }
            }
        })
        .collect();
    let attestations: Vec<Markup> = report
        .attestations
        .iter()
        .map(|said| {
            html! {
                tr {
                    td { (instant(said.at, zone)) }
                    th scope="row" { (said.by) }
                    td { (spaced(said.gate.name())) }
                    td { @match &said.number { Some(number) => (number), None => "all numbers" } }
                    td { (said.note) }
                }
            }
        })
        .collect();
    html! {
        section {
            (heading(level, "People"))
            @if deeds.is_empty() { p { "Nobody has done anything by hand." } } @else {
                (table("Who did what", &[
                    ("When", false), ("Who", false), ("What", false), ("Why", false), ("Entry", true),
                ], &deeds))
            }
            @if !attestations.is_empty() {
                (table("Who vouches for what", &[
                    ("When", false), ("Who", false), ("For", false), ("Of", false), ("What was seen", false),
                ], &attestations))
            }
        }
    }
}

fn waits(report: &CustomerReport, zone: &Zone, level: u8) -> Markup {
    let rows: Vec<Markup> = report
        .waits
        .iter()
        .map(|wait| {
            html! {
                tr {
                    th scope="row" {
                        (wait.sentence)
                        span.under { code { (wait.code) } @if let Some(number) = &wait.number { " " (number) } }
                    }
                    td { (spaced(wait.turn.name())) }
                    td { (instant(wait.since, zone)) }
                    td { @match wait.until { Some(until) => (instant(until, zone)), None => "still" } }
                    td.number { (wait.until.map_or_else(dash, |until| html! { (between(wait.since, until)) })) }
                }
            }
        })
        .collect();
    html! {
        section {
            (heading(level, "What it waited for"))
            @if rows.is_empty() { p { "It has waited for nothing." } } @else {
                (table("What stood in the way, and whose turn it was", &[
                    ("What", false), ("Turn", false), ("Since", false), ("Until", false), ("For", true),
                ], &rows))
            }
        }
    }
}

fn unknown(report: &CustomerReport, level: u8) -> Markup {
    html! {
        section {
            (heading(level, "Calls without an answer"))
            @if report.unknown_outcomes.is_empty() { p { "Every call that changes something was answered." } } @else {
                ul { @for doubt in &report.unknown_outcomes { li { (doubt.sentence) } } }
            }
        }
    }
}

fn timeline(report: &CustomerReport, zone: &Zone, level: u8) -> Markup {
    let rows: Vec<Markup> = report
        .timeline
        .iter()
        .map(|moment| {
            html! {
                tr.milestone[moment.is_milestone] {
                    td { (instant(moment.at, zone)) }
                    td {
                        @if let Some(number) = &moment.number { b.word { (number) } " " }
                        (moment.what)
                    }
                    td.number { (moment.entry) }
                }
            }
        })
        .collect();
    html! {
        section {
            (heading(level, "Timeline"))
            (table("What happened, in order", &[("When", false), ("What", false), ("Entry", true)], &rows))
        }
    }
}

fn requests(report: &CustomerReport, zone: &Zone, level: u8) -> Markup {
    let rows: Vec<Markup> = report.requests.iter().map(|request| {
        html! {
            tr {
                td {
                    (instant(request.at, zone))
                    @if let Some(last) = request.last_at {
                        span.under { (request.times) " times, last " (instant(last, zone)) }
                    }
                }
                td { (text_or_dash(request.guide)) }
                td { code.call { (request.call) } }
                td {
                    span class={ "standing " (request_class(request.result)) } { (request.result.words()) } ": " (request.answer)
                    @if let Some(code) = request.code {
                        span.under {
                            "code " (code) @if let Some(subcode) = request.subcode { "/" (subcode) }
                            @if let Some(trace) = &request.trace_id { ", trace " code { (trace) } }
                        }
                    }
                }
                td.number { (request.took_ms.map_or_else(dash, |took| html! { (length(took)) })) }
                td.number { (request.entry) }
            }
        }
    }).collect();
    html! {
        section {
            (heading(level, "Requests and answers"))
            @if rows.is_empty() { p { "Nothing has been asked of Meta yet." } } @else {
                p {
                    "Each request as it was journaled before it was sent, and Meta’s answer, reduced to what decisions need; a refusal in \
                     Meta’s own words with its trace id. Equal answers in a row are told once."
                }
                (table("Requests and answers", &[
                    ("When", false), ("Guide", false), ("Request", false), ("Answer", false), ("Took", true), ("Entry", true),
                ], &rows))
            }
        }
    }
}

fn request_class(result: RequestResult) -> &'static str {
    match result {
        RequestResult::Success => "good",
        RequestResult::Refused | RequestResult::Unknown => "bad",
        RequestResult::NotSent | RequestResult::Open => "open",
    }
}
