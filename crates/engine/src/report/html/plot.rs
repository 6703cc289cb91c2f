//! The plots: SVG in the page, each with its words for whoever does not see it, and its figures as a table.

use jiff::Timestamp;
use maud::{Markup, html};
use unmoor_migration::report::{
    Acceptance, Bar, Group, Histogram, PhaseBegun, Progress, ProgressPoint, Standing, between, length,
};

use super::Zone;
use super::parts::{counted, instant, spaced, table, text};

/// Size of a plot, in units of its own.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 280.0;
/// Room for the scales.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 62.0;

/// From the bottom of the stack to its top: what is over lies below.
const STACK: [Group; 8] = [
    Group::Completed,
    Group::WithExceptions,
    Group::Stopped,
    Group::Settling,
    Group::Moving,
    Group::Preparing,
    Group::Asked,
    Group::NotAsked,
];

fn figure(title: &str, words: &str, legend: &Markup, svg: &Markup, figures: &Markup) -> Markup {
    html! {
        section {
            h2 { (title) }
            figure {
                figcaption { (words) }
                (legend)
                (svg)
                details.figures { summary { "The figures" } (figures) }
            }
        }
    }
}

fn legend(entries: &[(&str, &str)]) -> Markup {
    html! {
        ul.legend aria-hidden="true" {
            @for (class, words) in entries { li { span class={ "swatch " (class) } {} (words) } }
        }
    }
}

fn canvas(words: &str, inner: &Markup) -> Markup {
    html! {
        // On a narrow screen it is scrolled rather than made too small to read.
        div.plot tabindex="0" role="group" aria-label="Plot" {
            svg role="img" aria-label=(words) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) { (inner) }
        }
    }
}

fn place(value: f64) -> String {
    format!("{value:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "a place on paper need not be exact")]
fn float(count: u64) -> f64 {
    count as f64
}

/// The height that a count has below the top of the plot.
fn height_of(count: u64, most: u64) -> f64 {
    HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * float(count) / float(most.max(1))
}

/// A few lines and their numbers: whole ones, of the kind that one counts in.
fn scale(most: u64) -> Markup {
    let steps = (0..18_u32).flat_map(|zeros| [1, 2, 5].map(|digit: u64| digit * 10_u64.pow(zeros)));
    let step = steps.into_iter().find(|step| most / step <= 4).unwrap_or(most.max(1));
    let marks = (0..=most / step).map(|mark| mark * step);
    html! {
        @for mark in marks {
            @let y = height_of(mark, most);
            line.grid x1=(place(LEFT)) x2=(place(WIDTH - RIGHT)) y1=(place(y)) y2=(place(y)) {}
            text.scale x=(place(LEFT - 6.0)) y=(place(y + 4.0)) text-anchor="end" { (mark) }
        }
    }
}

/// How many stood where, over time.
pub(super) fn progress(progress: &Progress, zone: &Zone) -> Markup {
    let (Some(first), Some(last)) = (progress.points.first(), progress.points.last()) else { return html! {} };
    let all: u64 = last.counts.iter().sum();
    let words = progress_words(progress, first, last, zone);
    let used: Vec<Group> =
        STACK.into_iter().filter(|group| progress.points.iter().any(|point| of(point, *group) > 0)).collect();
    let entries: Vec<(&str, &str)> = used.iter().rev().map(|group| (class(*group), group.words())).collect();
    let x = |at: Timestamp| {
        let whole = last.at.duration_since(first.at).as_secs_f64().max(1.0);
        LEFT + (WIDTH - LEFT - RIGHT) * at.duration_since(first.at).as_secs_f64() / whole
    };
    let mut below = vec![0_u64; progress.points.len()];
    let mut layers = Vec::new();
    for group in &used {
        let above: Vec<u64> =
            below.iter().zip(&progress.points).map(|(below, point)| below + of(point, *group)).collect();
        layers.push((class(*group), layer(&progress.points, &below, &above, all, &x)));
        below = above;
    }
    let inner = html! {
        @for (class, points) in &layers { polygon class=(class) points=(points) {} }
        (scale(all))
        (dates(first.at, last.at, zone))
    };
    figure("Progress", &words, &legend(&entries), &canvas(&words, &inner), &progress_table(progress, &used, zone))
}

fn of(point: &ProgressPoint, group: Group) -> u64 {
    let place = Group::ALL.iter().position(|known| *known == group);
    place.and_then(|place| point.counts.get(place)).copied().unwrap_or_default()
}

fn class(group: Group) -> &'static str {
    match group {
        Group::NotAsked => "g-not-asked",
        Group::Asked => "g-asked",
        Group::Preparing => "g-preparing",
        Group::Moving => "g-moving",
        Group::Settling => "g-settling",
        Group::Completed => "g-completed",
        Group::WithExceptions => "g-exceptions",
        Group::Stopped => "g-stopped",
    }
}

/// A band between two rows of heights: along the upper one and back along the lower one, in steps.
fn layer(points: &[ProgressPoint], below: &[u64], above: &[u64], all: u64, x: &dyn Fn(Timestamp) -> f64) -> String {
    let steps = |heights: &[u64]| {
        let mut corners = Vec::new();
        let mut before = None;
        for (point, count) in points.iter().zip(heights) {
            let (x, y) = (x(point.at), height_of(*count, all));
            corners.extend(before.map(|y| (x, y)));
            corners.push((x, y));
            before = Some(y);
        }
        corners
    };
    let mut corners = steps(above);
    corners.extend(steps(below).into_iter().rev());
    corners.iter().map(|(x, y)| format!("{},{}", place(*x), place(*y))).collect::<Vec<_>>().join(" ")
}

/// Five instants along the bottom, with the time of day where the whole is short.
fn dates(first: Timestamp, last: Timestamp, zone: &Zone) -> Markup {
    let whole = last.duration_since(first);
    let format = if whole.as_hours() < 72 { "%m-%d %H:%M" } else { "%Y-%m-%d" };
    let marks = (0..5_i32).filter_map(|part| {
        let at = first.checked_add(whole.checked_mul(part)?.checked_div(4)?).ok()?;
        let anchor = match part {
            0 => "start",
            4 => "end",
            _ => "middle",
        };
        Some((
            LEFT + (WIDTH - LEFT - RIGHT) * f64::from(part) / 4.0,
            anchor,
            at.to_zoned(zone.zone.clone()).strftime(format).to_string(),
        ))
    });
    html! {
        @for (x, anchor, text) in marks {
            line.grid x1=(place(x)) x2=(place(x)) y1=(place(HEIGHT - BOTTOM)) y2=(place(HEIGHT - BOTTOM + 5.0)) {}
            text.scale x=(place(x)) y=(place(HEIGHT - BOTTOM + 20.0)) text-anchor=(anchor) { (text) }
        }
    }
}

fn progress_words(progress: &Progress, first: &ProgressPoint, last: &ProgressPoint, zone: &Zone) -> String {
    let stood = |point: &ProgressPoint| {
        let counted = progress.groups.iter().zip(point.counts).filter(|(_, count)| *count > 0);
        counted.map(|(group, count)| format!("{count} {}", group.words())).collect::<Vec<_>>().join(", ")
    };
    let at = |point: &ProgressPoint| text(point.at, zone, "%Y-%m-%d %H:%M");
    format!(
        "Where the migrations stood from {} to {}: at first {}; at the end {}.",
        at(first),
        at(last),
        stood(first),
        stood(last)
    )
}

fn progress_table(progress: &Progress, used: &[Group], zone: &Zone) -> Markup {
    let mut headings = vec![("At", false)];
    let columns: Vec<Group> = Group::ALL.into_iter().filter(|group| used.contains(group)).collect();
    headings.extend(columns.iter().map(|group| (group.words(), true)));
    let before = [None].into_iter().chain(progress.points.iter().map(Some));
    let changed = progress.points.iter().zip(before).enumerate().filter(|(place, (point, before))| {
        before.is_none_or(|before| before.counts != point.counts) || place + 1 == progress.points.len()
    });
    let rows: Vec<Markup> = changed
        .map(|(_, (point, _))| {
            html! {
                tr {
                    th scope="row" { (instant(point.at, zone)) }
                    @for group in &columns { td.number { (of(point, *group)) } }
                }
            }
        })
        .collect();
    table("Migrations in each stretch of the way; instants at which nothing had changed are left out", &headings, &rows)
}

/// How long numbers were between two accounts.
pub(super) fn gaps(gaps: &Histogram) -> Markup {
    let Some(max) = gaps.max_ms else { return html! {} };
    let figures = |value: Option<i64>| length(value.unwrap_or_default());
    let words = format!(
        "Gaps of {}: half of them at most {}, 99 of 100 at most {}, the longest {}.",
        counted(gaps.values, "number", "numbers"),
        figures(gaps.p50_ms),
        figures(gaps.p99_ms),
        length(max)
    );
    let rows = [Row { class: "b-one", words: "Numbers", bars: &gaps.bars }];
    figure("Gaps", &words, &html! {}, &canvas(&words, &bars(&rows)), &bar_table("Gaps", &rows))
}

/// How long customers took to accept.
pub(super) fn acceptance(acceptance: &Acceptance) -> Markup {
    let Acceptance { accepted, waiting } = acceptance;
    if accepted.values + waiting.values == 0 {
        return html! {};
    }
    let mut words = match (accepted.p50_ms, accepted.max_ms) {
        (Some(p50), Some(max)) => format!(
            "From being asked to acceptance being seen, for {}: half of them at most {}, the longest {}.",
            counted(accepted.values, "customer", "customers"),
            length(p50),
            length(max)
        ),
        (None, _) | (_, None) => "Nobody has accepted yet.".to_owned(),
    };
    if let Some(max) = waiting.max_ms {
        let count = counted(waiting.values, "customer has", "customers have");
        words = format!("{words} {count} not accepted yet, the first of them asked {} ago.", length(max));
    }
    let rows = [
        Row { class: "b-one", words: "Accepted", bars: &accepted.bars },
        Row { class: "b-two", words: "Not accepted yet", bars: &waiting.bars },
    ];
    let entries = rows.each_ref().map(|row| (row.class, row.words));
    figure(
        "Age of acceptance",
        &words,
        &legend(&entries),
        &canvas(&words, &bars(&rows)),
        &bar_table("Time since the customer was asked", &rows),
    )
}

/// A row of bars; several stand on one another.
struct Row<'a> {
    class: &'static str,
    words: &'static str,
    bars: &'a [Bar],
}

fn bound(place: usize, bars: &[Bar]) -> String {
    match bars.get(place).and_then(|bar| bar.up_to_ms) {
        Some(up_to) => format!("≤ {}", length(up_to)),
        None => "longer".to_owned(),
    }
}

fn bars(rows: &[Row<'_>]) -> Markup {
    let count = rows.first().map_or(0, |row| row.bars.len());
    let counts = |place: usize| rows.iter().map(move |row| row.bars.get(place).map_or(0, |bar| bar.count));
    let most = (0..count).map(|place| counts(place).sum::<u64>()).max().unwrap_or_default();
    // A single bar as wide as the plot would look like a wall.
    let step = ((WIDTH - LEFT - RIGHT) / float(count.max(1) as u64)).min(90.0);
    let first = rows.first().map(|row| row.bars).unwrap_or_default();
    html! {
        (scale(most))
        @for at in 0..count {
            @let x = LEFT + step * float(at as u64);
            @let mut below = 0;
            @for (row, count) in rows.iter().zip(counts(at)) {
                @if count > 0 {
                    @let (y, foot) = (height_of(below + count, most), height_of(below, most));
                    rect class=(row.class) x=(place(x + step * 0.1)) width=(place(step * 0.8)) y=(place(y)) height=(place(foot - y)) {}
                    @let () = below += count;
                }
            }
            @if below > 0 {
                text.value x=(place(x + step / 2.0)) y=(place(height_of(below, most) - 3.0)) text-anchor="middle" { (below) }
            }
            text.scale text-anchor="end"
                transform=(format!("translate({},{}) rotate(-35)", place(x + step * 0.6), place(HEIGHT - BOTTOM + 14.0))) {
                (bound(at, first))
            }
        }
    }
}

fn bar_table(caption: &str, rows: &[Row<'_>]) -> Markup {
    let first = rows.first().map(|row| row.bars).unwrap_or_default();
    let mut headings = vec![("Length", false)];
    headings.extend(rows.iter().map(|row| (row.words, true)));
    let lines: Vec<Markup> = (0..first.len())
        .map(|place| {
            html! {
                tr {
                    th scope="row" { (bound(place, first)) }
                    @for row in rows { td.number { (row.bars.get(place).map_or(0, |bar| bar.count)) } }
                }
            }
        })
        .collect();
    table(caption, &headings, &lines)
}

/// One migration's way: how long it stood where.
pub(super) fn way(standing: &Standing, zone: &Zone) -> Markup {
    let ends = standing.phases.iter().skip(1).map(|begun| Some(begun.at)).chain([None]);
    let spans = standing.phases.iter().zip(ends);
    let rows: Vec<Markup> = spans
        .map(|(PhaseBegun { phase, at: from }, to)| {
            html! {
                tr {
                    th scope="row" {
                        span class={ "swatch " (class(Group::of(phase))) } aria-hidden="true" {}
                        (spaced(phase.name()))
                    }
                    td { (instant(*from, zone)) }
                    td.number {
                        @match to {
                            Some(to) => (between(*from, to)),
                            None if standing.is_final => "over",
                            None => "still",
                        }
                    }
                }
            }
        })
        .collect();
    html! {
        (strip(standing))
        (table("Phases", &[("Phase", false), ("From", false), ("For", true)], &rows))
    }
}

/// The same as a strip, to be seen at a glance; the table beside it says it in words.
fn strip(standing: &Standing) -> Markup {
    let (Some(first), Some(latest)) = (standing.phases.first(), standing.phases.last()) else { return html! {} };
    let last = if standing.is_final { latest.at } else { standing.as_of.max(latest.at) };
    let whole = last.duration_since(first.at).as_secs_f64();
    if whole <= 0.0 {
        return html! {};
    }
    let ends = standing.phases.iter().skip(1).map(|begun| begun.at).chain([last]);
    let spans = standing.phases.iter().zip(ends);
    let x = |at: Timestamp| WIDTH * at.duration_since(first.at).as_secs_f64() / whole;
    html! {
        svg.strip aria-hidden="true" viewBox=(format!("0 0 {WIDTH} 18")) preserveAspectRatio="none" {
            @for (PhaseBegun { phase, at: from }, to) in spans {
                rect class=(class(Group::of(phase))) x=(place(x(*from))) width=(place(x(to) - x(*from))) y="0" height="18" {}
            }
        }
    }
}
