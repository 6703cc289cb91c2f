//! The forecast for people: a row for each customer, and below it what is the matter with single templates.

use std::fmt::Write as _;

use comfy_table::Table;
use unmoor_migration::Migration;
use unmoor_migration::templates::{Forecasted, Prospect};

use super::usage::{DAYS, Usage};
use super::{Shown, Told};
use crate::output::Output;
use crate::text::{self, counted};

pub(super) struct Tables<'a> {
    output: &'a Output,
    /// Templates are told one by one.
    one_by_one: bool,
    /// Also those with which nothing is the matter.
    each: bool,
    totals: Table,
    below: Vec<String>,
    customers: u64,
    not_read: u64,
    lost: u64,
    short_of_room: u64,
    asked: bool,
}

impl<'a> Tables<'a> {
    pub(super) fn begin(output: &'a Output, one_by_one: bool, each: bool) -> Self {
        let totals = text::table([
            "Customer",
            "Templates",
            "Duplicated",
            "May not fit",
            "Will not",
            "There",
            "At risk",
            "By hand",
            "Lost",
            "Room",
        ]);
        Self {
            output,
            one_by_one,
            each,
            totals,
            below: Vec::new(),
            customers: 0,
            not_read: 0,
            lost: 0,
            short_of_room: 0,
            asked: false,
        }
    }
}

impl Shown for Tables<'_> {
    fn not_read(&mut self, m: &Migration) -> anyhow::Result<()> {
        self.customers += 1;
        self.not_read += 1;
        self.totals.add_row([m.customer().reference.as_str(), "not read yet"]);
        Ok(())
    }

    fn customer(&mut self, told: &Told<'_>) -> anyhow::Result<()> {
        self.customers += 1;
        let totals = told.forecast.totals();
        self.lost += u64::from(totals.lost);
        self.short_of_room += u64::from(!told.forecast.fits());
        self.asked |= !matches!(told.usage, Usage::NotAsked);
        self.totals.add_row([
            told.m.customer().reference.clone(),
            totals.source.to_string(),
            totals.duplicated.to_string(),
            totals.may_not_fit.to_string(),
            (totals.not_duplicated + totals.no_room).to_string(),
            totals.already_there.to_string(),
            totals.at_risk.to_string(),
            totals.by_hand.to_string(),
            totals.lost.to_string(),
            format!("{} of {}", told.forecast.capacity.room(), told.forecast.capacity.limit),
        ]);
        if self.one_by_one {
            self.below.extend(one_by_one(told, self.each));
        }
        self.below.extend(room(told));
        self.below.extend(acceptance(told));
        Ok(())
    }

    fn end(self: Box<Self>) -> anyhow::Result<()> {
        if self.customers == 0 {
            self.output.note("no customer fits");
            return Ok(());
        }
        self.output.line(self.totals.trim_fmt())?;
        for text in &self.below {
            self.output.line(format_args!("\n{text}"))?;
        }
        if self.customers > 1 {
            let lost = counted(self.lost, "template");
            self.output.line(format_args!("\n{}: {lost} will not be there", counted(self.customers, "customer")))?;
        }
        if self.not_read > 0 {
            let who = counted(self.not_read, "customer");
            self.output.hint(format_args!("{who}: nobody has read the templates yet; `unmoor preflight` does"));
        }
        if self.short_of_room > 0 && !self.asked {
            let who = counted(self.short_of_room, "customer");
            self.output.hint(format_args!("{who}: not all fit; --by-use reads which of them are used most"));
        }
        Ok(())
    }
}

/// Its templates in a table; those with which nothing is the matter are counted, unless each is wanted.
fn one_by_one(told: &Told<'_>, each: bool) -> Vec<String> {
    let mut table = text::table(["Template", "Category", "Forecast", "What to do"]);
    let mut rows = 0_u64;
    let mut unremarkable = 0_u64;
    for forecasted in &told.forecast.templates {
        if !each && is_unremarkable(forecasted) {
            unremarkable += 1;
            continue;
        }
        rows += 1;
        table.add_row([
            forecasted.template.key.to_string(),
            forecasted.template.category.clone().unwrap_or_else(|| "–".to_owned()).to_lowercase(),
            forecasted.prospect.to_string(),
            what_to_do(forecasted),
        ]);
    }
    let mut text = told.m.customer().reference.clone();
    if rows > 0 {
        let _ = write!(text, "\n{}", table.trim_fmt());
    }
    if unremarkable > 0 {
        let others = if rows > 0 { "other " } else { "" };
        let _ = write!(text, "\n{unremarkable} {others}");
        text.push_str(if unremarkable == 1 { "template will be duplicated" } else { "templates will be duplicated" });
    }
    if told.forecast.nameless > 0 {
        let nameless = counted(told.forecast.nameless, "template");
        let _ = write!(text, "\n{nameless} came without a name or a language: nobody can say what becomes of them");
    }
    if told.forecast.templates.is_empty() && told.forecast.nameless == 0 {
        text.push_str(": it has no templates, so that none is lost");
    }
    vec![text]
}

fn is_unremarkable(forecasted: &Forecasted<'_>) -> bool {
    forecasted.prospect == Prospect::Duplicated && !forecasted.is_at_risk() && forecasted.chores().is_empty()
}

/// What a person does about it, in one line.
fn what_to_do(forecasted: &Forecasted<'_>) -> String {
    let mut words = Vec::new();
    if forecasted.is_at_risk()
        && let Some(category) = forecasted.template.disputed_category()
    {
        words.push(format!("likely to be rejected when it is checked again: Meta takes it for {category}"));
    }
    if forecasted.is_lost() {
        words.push("create it again".to_owned());
    }
    words.extend(forecasted.chores().iter().map(ToString::to_string));
    words.join("; ")
}

/// Which to keep first, where not all of them fit.
fn room(told: &Told<'_>) -> Option<String> {
    if told.forecast.fits() {
        return None;
    }
    let room = told.forecast.capacity.room();
    let customer = &told.m.customer().reference;
    let mut text = format!(
        "{customer}: {} would be duplicated and {room} fit. Which come first is unknown: what is not removed from the old \
         account before the cutover is left to chance.",
        counted(told.forecast.candidates, "template"),
    );
    match &told.usage {
        Usage::NotAsked => return Some(text),
        Usage::Unreadable(why) => {
            let _ = write!(
                text,
                "\nHow often they are used is not known: {why}. First those that take most work to create again:"
            );
        }
        Usage::Read(_) => {
            let _ = write!(text, "\nKeep those first that were sent most in the last {DAYS} days:");
        }
    }
    let mut table = text::table(["", "Template", "Sent", "Keep"]);
    let fits = usize::try_from(room).unwrap_or(usize::MAX);
    for (place, forecasted) in told.keep_first().into_iter().enumerate() {
        table.add_row([
            (place + 1).to_string(),
            forecasted.template.key.to_string(),
            text::or_dash(told.sent(forecasted)),
            if place < fits { "yes" } else { "no room" }.to_owned(),
        ]);
    }
    let _ = write!(text, "\n{}", table.trim_fmt());
    Some(text)
}

/// Who has accepted what is lost, and whether that covers it.
fn acceptance(told: &Told<'_>) -> Option<String> {
    let accepted = told.m.loss_acceptance()?;
    let customer = &told.m.customer().reference;
    let beyond = told.losses.beyond(&accepted.losses);
    let (by, at) = (&accepted.by, format!("{:.0}", accepted.at));
    Some(if told.losses.are_covered_by(&accepted.losses) {
        format!("{customer}: {by} accepted what is lost at {at}")
    } else {
        format!("{customer}: {by} accepted a loss at {at}, but not all of it: {beyond}")
    })
}
