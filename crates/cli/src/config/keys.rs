//! Which keys `unmoor.toml` has. An unknown one is refused: a misspelt policy would be a policy that does not hold.

use toml::{Table, Value};

use crate::exit::Trouble;
use crate::near;

/// Keys whose value would be a secret, and where the secret belongs instead.
const SECRETS: [(&str, &str); 4] = [
    ("app_secret", "UNMOOR_APP_SECRET, or name a file with app_secret_file"),
    ("system_token", "UNMOOR_SYSTEM_TOKEN, or name a file with system_token_file"),
    ("webhook_verify_token", "UNMOOR_WEBHOOK_VERIFY_TOKEN, or name a file with webhook_verify_token_file"),
    ("master_key", "UNMOOR_MASTER_KEY, or name a file with master_key_file"),
];

const TOP: &[&str] = &[
    "database",
    "database_authorities",
    "database_connections",
    "database_durability_attested_by",
    "master_key_file",
    "graph_url",
    "graph_version",
    "app_id",
    "app_secret_file",
    "system_token_file",
    "webhook_verify_token_file",
    "tokens",
    "clock_rate",
    "provider_name",
    "always_send_proof",
    "hooks",
    "cutover",
    "policy",
    "limits",
];
const HOOKS: &[&str] = &["before_move", "after_register", "alarm", "timeout_s"];
const CUTOVER: &[&str] = &["window"];
const WINDOW: &[&str] = &["days", "from", "until"];
const POLICY: &[&str] =
    &["two_step_before_tag", "pilot_first", "template_gate", "template_limit", "missing_templates", "settings"];
const LIMITS: &[&str] = &[
    "app_calls_per_hour",
    "waba_calls_per_hour",
    "registered_waba_calls_per_hour",
    "ordinary_percent",
    "poll_percent",
    "usage_ceiling_percent",
    "max_concurrent_moves",
];

/// Refuses the first key that nobody knows.
pub(super) fn check(table: &Table) -> Result<(), Trouble> {
    for (secret, place) in SECRETS {
        if table.contains_key(secret) {
            return Err(Trouble::bad_input(format!("{secret} does not belong into the configuration file"))
                .hint(format!("set {place}; where the file was shared, renew the secret")));
        }
    }
    check_table(table, "", TOP)?;
    for (name, known) in [("hooks", HOOKS), ("cutover", CUTOVER), ("policy", POLICY), ("limits", LIMITS)] {
        if let Some(Value::Table(inner)) = table.get(name) {
            check_table(inner, name, known)?;
        }
    }
    if let Some(Value::Table(window)) = table.get("cutover").and_then(|cutover| cutover.get("window")) {
        check_table(window, "cutover.window", WINDOW)?;
    }
    Ok(())
}

fn check_table(table: &Table, place: &str, known: &[&str]) -> Result<(), Trouble> {
    let Some(unknown) = table.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    let shown = if place.is_empty() { unknown.clone() } else { format!("{place}.{unknown}") };
    let hint = match near::nearest(unknown, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known are {}", known.join(", ")),
    };
    Err(Trouble::bad_input(format!("the key {shown} is unknown")).hint(hint))
}
