//! The forecast for programs: a line for each template, then one for its customer.

use serde_json::json;
use unmoor_migration::Migration;
use unmoor_migration::templates::ForecastTotals;

use super::usage::Usage;
use super::{Shown, Told};
use crate::output::Output;

pub(super) struct JsonLines<'a> {
    output: &'a Output,
    customers: u64,
    not_read: u64,
    totals: ForecastTotals,
}

impl<'a> JsonLines<'a> {
    pub(super) fn begin(output: &'a Output) -> anyhow::Result<Self> {
        output.json_version()?;
        Ok(Self { output, customers: 0, not_read: 0, totals: ForecastTotals::default() })
    }
}

impl Shown for JsonLines<'_> {
    fn not_read(&mut self, m: &Migration) -> anyhow::Result<()> {
        self.not_read += 1;
        self.customers += 1;
        self.output.json(&json!({
            "type": "customer", "customer": m.customer().reference, "source_waba_id": m.id(), "templates": null,
        }))?;
        Ok(())
    }

    fn customer(&mut self, told: &Told<'_>) -> anyhow::Result<()> {
        for forecasted in &told.forecast.templates {
            let template = forecasted.template;
            let mut line = json!({
                "type": "template",
                "customer": told.m.customer().reference,
                "source_waba_id": told.m.id(),
                "name": template.key.name,
                "language": template.key.language,
                "template_id": template.id,
                "status": template.status,
                "quality": template.quality,
                "category": template.category,
                "correct_category": template.correct_category,
                "at_risk": forecasted.is_at_risk(),
                "lost": forecasted.is_lost(),
                "by_hand": forecasted.chores(),
                "sent_90_days": told.sent(forecasted),
                "keep_rank": told.rank(forecasted),
            });
            if let (Some(line), serde_json::Value::Object(prospect)) =
                (line.as_object_mut(), serde_json::to_value(&forecasted.prospect)?)
            {
                line.extend(prospect);
            }
            self.output.json(&line)?;
        }
        let totals = told.forecast.totals();
        let (usage, why) = match &told.usage {
            Usage::NotAsked => ("not_asked", None),
            Usage::Read(_) => ("read", None),
            Usage::Unreadable(why) => ("unreadable", Some(why)),
        };
        let acceptance = told.m.loss_acceptance();
        self.output.json(&json!({
            "type": "customer",
            "customer": told.m.customer().reference,
            "source_waba_id": told.m.id(),
            "templates": totals,
            "capacity": { "limit": told.forecast.capacity.limit, "held": told.forecast.capacity.held,
                          "room": told.forecast.capacity.room(), "fits": told.forecast.fits(),
                          "unplaced": told.forecast.unplaced() },
            "use": { "known": usage, "why": why },
            "losses": told.losses,
            "accepted": acceptance.map(|accepted| json!({
                "by": accepted.by, "at": accepted.at, "covers": told.losses.are_covered_by(&accepted.losses),
            })),
        }))?;
        self.customers += 1;
        self.totals = self.totals.plus(totals);
        Ok(())
    }

    fn end(self: Box<Self>) -> anyhow::Result<()> {
        self.output.json(&json!({
            "type": "summary", "customers": self.customers, "not_read": self.not_read, "templates": self.totals,
        }))?;
        Ok(())
    }
}
