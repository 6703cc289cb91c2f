//! The environment, as far as it concerns us.

use std::collections::BTreeMap;

/// A variable that Unmoor reads. The names are part of its surface and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variable {
    GraphUrl,
    GraphVersion,
    AppId,
    AppSecret,
    SystemToken,
    Tokens,
    Database,
    DatabaseUrl,
    DatabaseAuthorities,
    ClockRate,
    MasterKey,
    MasterKeyFile,
    WebhookVerifyToken,
}

impl Variable {
    const ALL: [Self; 13] = [
        Self::GraphUrl,
        Self::GraphVersion,
        Self::AppId,
        Self::AppSecret,
        Self::SystemToken,
        Self::Tokens,
        Self::Database,
        Self::DatabaseUrl,
        Self::DatabaseAuthorities,
        Self::ClockRate,
        Self::MasterKey,
        Self::MasterKeyFile,
        Self::WebhookVerifyToken,
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GraphUrl => "UNMOOR_GRAPH_URL",
            Self::GraphVersion => "UNMOOR_GRAPH_VERSION",
            Self::AppId => "UNMOOR_APP_ID",
            Self::AppSecret => "UNMOOR_APP_SECRET",
            Self::SystemToken => "UNMOOR_SYSTEM_TOKEN",
            Self::Tokens => "UNMOOR_TOKENS",
            Self::Database => "UNMOOR_DATABASE",
            Self::DatabaseUrl => "DATABASE_URL",
            Self::DatabaseAuthorities => "UNMOOR_DATABASE_AUTHORITIES",
            Self::ClockRate => "UNMOOR_CLOCK_RATE",
            Self::MasterKey => unmoor_engine::vault::MASTER_KEY_VARIABLE,
            Self::MasterKeyFile => "UNMOOR_MASTER_KEY_FILE",
            Self::WebhookVerifyToken => "UNMOOR_WEBHOOK_VERIFY_TOKEN",
        }
    }
}

/// Variables that are ours and read elsewhere: by the logging, and given to hooks.
const READ_ELSEWHERE: [&str; 1] = ["UNMOOR_LOG"];

/// The variables of one process. It may hold secrets and has no `Debug`.
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process. One that is not text counts as absent.
    pub(crate) fn of_process() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    #[cfg(test)]
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// A variable's value; an empty one counts as not set.
    pub(crate) fn get(&self, variable: Variable) -> Option<String> {
        self.0.get(variable.name()).filter(|value| !value.trim().is_empty()).cloned()
    }

    /// Names beginning with `UNMOOR_` that nobody reads: probably slips, with what may have been meant.
    pub(crate) fn unknown(&self) -> Vec<(String, Option<&'static str>)> {
        let known = Variable::ALL.map(Variable::name);
        let stranger = |name: &&String| {
            name.starts_with("UNMOOR_") && !known.contains(&name.as_str()) && !READ_ELSEWHERE.contains(&name.as_str())
        };
        self.0.keys().filter(stranger).map(|name| (name.clone(), crate::near::nearest(name, known))).collect()
    }
}
