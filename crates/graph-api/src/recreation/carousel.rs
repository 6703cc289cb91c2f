//! Cards, each made of components like a template's.

use serde_json::{Value, json};

use super::{Bench, Lack};

pub(super) fn again(bench: &mut Bench<'_>, read: &Value) -> Value {
    let cards: Vec<&Value> = read.get("cards").and_then(Value::as_array).into_iter().flatten().collect();
    if cards.is_empty() {
        bench.lacks(Lack::Unreadable("its cards are not shown".to_owned()));
    }
    let cards: Vec<Value> = cards.into_iter().map(|card| one(bench, card)).collect();
    json!({ "type": "CAROUSEL", "cards": cards })
}

fn one(bench: &mut Bench<'_>, card: &Value) -> Value {
    let components = card.get("components").and_then(Value::as_array).into_iter().flatten();
    // A card is never a carousel: nothing is nested deeper than this.
    let components: Vec<Value> = components
        .map(|component| match super::text(component, "type") {
            Some(kind) if kind.eq_ignore_ascii_case("CAROUSEL") => super::plain::again(component),
            Some(_) | None => bench.component(component),
        })
        .collect();
    json!({ "components": components })
}
