//! The vendor's rules, one file each. A rule checks, then changes the world and enters it in the ledger; it never reads HTTP.
//! Every file names the place in `spec/` that it follows, and says so in its `RULE`, from which `FIDELITY.md` is made.

pub(crate) mod access;
pub(crate) mod answer_intent;
pub(crate) mod assign_user;
pub(crate) mod charge;
pub(crate) mod deliver_message;
pub(crate) mod deregister_number;
pub(crate) mod duplicate_templates;
pub(crate) mod fetch_token;
pub(crate) mod health;
pub(crate) mod list_numbers;
pub(crate) mod message_pace;
pub(crate) mod move_number;
pub(crate) mod number_limit;
pub(crate) mod number_settings;
pub(crate) mod partners_leave;
pub(crate) mod payment;
pub(crate) mod proof;
pub(crate) mod rate_limit;
pub(crate) mod receive_message;
pub(crate) mod register_number;
pub(crate) mod route_message;
pub(crate) mod send_message;
pub(crate) mod set_intent;
pub(crate) mod set_pin;
pub(crate) mod storage_region;
pub(crate) mod subscribe;
pub(crate) mod templates;
pub(crate) mod token_lifecycle;
pub(crate) mod traffic;
pub(crate) mod two_step;
pub(crate) mod unanswered;
pub(crate) mod waba_settings;

/// What a rule does and how true it is.
pub(crate) struct Rule {
    /// Its file.
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) says: &'static str,
    /// Where that stands: guide and observations.
    pub(crate) source: &'static str,
    /// How closely it follows them.
    pub(crate) fidelity: Fidelity,
}

/// How closely a rule follows its source.
pub(crate) enum Fidelity {
    /// As the source says, what it leaves open being a knob.
    Simulated,
    /// Something of it is made up.
    Approximated {
        /// What is made up.
        how: &'static str,
        /// Why nothing better could be done.
        because: &'static str,
    },
}

/// All of them.
pub(crate) const RULES: &[Rule] = &[
    access::RULE,
    answer_intent::RULE,
    assign_user::RULE,
    charge::RULE,
    deliver_message::RULE,
    deregister_number::RULE,
    duplicate_templates::RULE,
    fetch_token::RULE,
    health::RULE,
    list_numbers::RULE,
    message_pace::RULE,
    move_number::RULE,
    number_limit::RULE,
    number_settings::RULE,
    partners_leave::RULE,
    payment::RULE,
    proof::RULE,
    rate_limit::RULE,
    receive_message::RULE,
    register_number::RULE,
    route_message::RULE,
    send_message::RULE,
    set_intent::RULE,
    set_pin::RULE,
    storage_region::RULE,
    subscribe::RULE,
    templates::analytics::RULE,
    templates::content::RULE,
    templates::create::RULE,
    templates::delete::RULE,
    templates::draft::RULE,
    templates::edit::RULE,
    templates::flows::RULE,
    templates::limits::RULE,
    templates::media::RULE,
    templates::migrate::RULE,
    templates::rate::RULE,
    templates::read_back::RULE,
    templates::review::RULE,
    templates::upload::RULE,
    templates::upsert::RULE,
    token_lifecycle::RULE,
    two_step::RULE,
    unanswered::RULE,
    waba_settings::RULE,
    crate::webhooks::RULE,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::{collections::BTreeSet, fs, path::Path};

    use serde::Deserialize;

    use super::RULES;

    #[derive(Deserialize)]
    struct Removals {
        removal: Vec<Removal>,
    }

    #[derive(Deserialize)]
    struct Removal {
        sentences: Vec<String>,
        file: String,
    }

    /// The sentences of steps, templates and billing whose removal is in this crate: Meta's side keeps them.
    fn kept_here() -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/removals");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let texts = files.filter(|path| path.extension().is_some_and(|end| end == "toml")).map(fs::read_to_string);
        let removals = texts.flat_map(|text| toml::from_str::<Removals>(&text.unwrap()).unwrap().removal);
        let here = removals.filter(|removal| removal.file.starts_with("crates/simulator/src/"));
        let has_rule =
            |sentence: &String| sentence.starts_with(|first: char| first.is_ascii_digit() || "TB".contains(first));
        here.flat_map(|removal| removal.sentences).filter(has_rule).collect()
    }

    /// What a source cites of the guide: `8` and `3.6`, and `T1 to T5` as its five.
    fn cited(source: &str) -> Vec<String> {
        let Some(guide) = source.strip_prefix("guide ").map(|rest| rest.split(';').next().unwrap()) else {
            return Vec::new();
        };
        let parts = guide.split(", ").flat_map(|part| match part.split_once(" to ") {
            None => vec![part.to_owned()],
            Some((first, last)) => {
                let (group, first) = first.split_at(1);
                let last = last.strip_prefix(group).unwrap();
                let all = first.parse::<u32>().unwrap()..=last.parse().unwrap();
                all.map(|number| format!("{group}{number}")).collect()
            }
        });
        parts.collect()
    }

    #[test]
    fn every_sentence_that_metas_side_keeps_is_cited_by_a_rule() {
        let cited: BTreeSet<String> = RULES.iter().flat_map(|rule| cited(rule.source)).collect();
        let kept = kept_here();
        assert!(kept.len() > 40, "{kept:?}");
        let is_cited = |sentence: &&String| {
            let step = sentence.split('.').next().unwrap();
            cited.contains(*sentence) || cited.contains(step)
        };
        let without: Vec<&String> = kept.iter().filter(|sentence| !is_cited(sentence)).collect();
        assert!(without.is_empty(), "no rule cites {without:?}");
    }

    #[test]
    fn a_source_is_read_as_it_is_written() {
        assert_eq!(cited("guide T1 to T3, T8; observations: templates.ids"), ["T1", "T2", "T3", "T8"]);
        assert_eq!(cited("guide 2, 3.6"), ["2", "3.6"]);
        assert!(cited("observations: tokens.fetch").is_empty());
    }
}
