//! The vendor's rules, one file each. A rule checks, then changes the world and enters it in the ledger; it never reads HTTP.
//! Every file names the place in `spec/` that it follows.

pub(crate) mod access;
pub(crate) mod answer_intent;
pub(crate) mod duplicate_templates;
pub(crate) mod fetch_token;
pub(crate) mod health;
pub(crate) mod move_number;
pub(crate) mod payment;
pub(crate) mod proof;
pub(crate) mod rate_limit;
pub(crate) mod register_number;
pub(crate) mod set_intent;
pub(crate) mod subscribe;
