//! What will become of a customer's templates, in sentences.

use crate::migration::Migration;
use crate::templates::{Forecast, ForecastTotals};

/// What will become of the templates of `m`, and who has accepted what is lost: `None` before they were read, and once they were
/// compared. `setting` is [`crate::Policy::template_limit`].
#[must_use]
pub fn template_outlook(m: &Migration, setting: Option<u32>) -> Option<String> {
    if m.templates().is_some() {
        return None;
    }
    let forecast = m.template_forecast(setting)?;
    let totals = forecast.totals();
    if totals.source == 0 {
        return Some("It has no templates, so that none is lost.".to_owned());
    }
    let mut sentences = vec![what_becomes(&totals)];
    if !forecast.fits() {
        sentences.push(room(&forecast));
    }
    if totals.by_hand > 0 {
        sentences.push(format!("{} ask for something to be done by hand.", totals.by_hand));
    }
    sentences.extend(accepted(m, &forecast));
    Some(sentences.join(" "))
}

fn what_becomes(totals: &ForecastTotals) -> String {
    let counts = [
        (totals.duplicated, "will be duplicated"),
        (totals.may_not_fit, "may not fit"),
        (totals.already_there, "are on the new account already"),
        (totals.no_room, "find no room"),
        (totals.not_duplicated, "will not be duplicated"),
    ];
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let risk = if totals.at_risk > 0 {
        format!(" Of these {} are likely to be rejected when their category is checked again.", totals.at_risk)
    } else {
        String::new()
    };
    format!("Of its {} templates {}.{risk}", totals.source, parts.join(", "))
}

fn room(forecast: &Forecast<'_>) -> String {
    format!(
        "The new account holds {}, and has room for {} of {} that would come; which come first is unknown.",
        forecast.capacity.limit,
        forecast.capacity.room(),
        forecast.candidates
    )
}

fn accepted(m: &Migration, forecast: &Forecast<'_>) -> Option<String> {
    let accepted = m.loss_acceptance()?;
    let losses = forecast.losses();
    let (by, at) = (&accepted.by, format!("{:.0}", accepted.at));
    Some(if losses.are_covered_by(&accepted.losses) {
        format!("{by} accepted what is lost at {at}.")
    } else {
        format!("{by} accepted a loss at {at}; beyond that, {}.", losses.beyond(&accepted.losses))
    })
}
