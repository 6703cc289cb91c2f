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
pub(crate) mod message_pace;
pub(crate) mod move_number;
pub(crate) mod number_limit;
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
    message_pace::RULE,
    move_number::RULE,
    number_limit::RULE,
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
    unanswered::RULE,
    waba_settings::RULE,
    crate::webhooks::RULE,
];
